// SPDX-License-Identifier: Apache-2.0
/*
 * Traffic in both directions over a virtio-net function while that comes and goes: bursts of frames that nobody wants,
 * and ARP requests (RFC 826) that QEMU's user-mode network answers for its gateway, 10.0.2.2.
 *
 * Packet sockets: the kernel needs no TCP/IP for them.
 */
#define _GNU_SOURCE
#include "actor.h"
#include "function-child.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOCAL_EXPERIMENTAL 0x88b5 /* an EtherType that IEEE 802 leaves to experiments */
#define LEAST_FRAME 60
#define MOST_FRAME 1514
#define MOST_BURST 32
#define REST_US 1000

enum { FID, SECONDS, SEED };

struct traffic {
	struct random random;
	uint64_t fid;
	uint64_t interfaces, sent, received;
	struct errno_count errors;
	int socket; /* -1 when there is no interface */
	uint8_t address[ETH_ALEN];
};

static int set_up(int fd, const char *name, uint8_t address[ETH_ALEN])
{
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		return errno;
	memcpy(address, request.ifr_hwaddr.sa_data, ETH_ALEN);
	if (ioctl(fd, SIOCGIFFLAGS, &request))
		return errno;
	request.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &request) ? errno : 0;
}

static int bind_to(int fd, const char *name)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };

	at.sll_ifindex = if_nametoindex(name);
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) ? errno : 0;
}

static int open_interface(struct traffic *traffic)
{
	char name[IFNAMSIZ];
	int code;

	if (!function_child(traffic->fid, "net", name, sizeof(name)))
		return ENODEV;
	traffic->socket = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
	if (traffic->socket < 0)
		return errno;
	code = set_up(traffic->socket, name, traffic->address);
	return code ? code : bind_to(traffic->socket, name);
}

static void close_interface(struct traffic *traffic)
{
	if (traffic->socket >= 0)
		close(traffic->socket);
	traffic->socket = -1;
}

static size_t fill_frame(struct traffic *traffic, uint8_t frame[MOST_FRAME])
{
	struct ether_header *head = (struct ether_header *)frame;

	memset(frame, 0, MOST_FRAME);
	memset(head->ether_dhost, 0xff, ETH_ALEN);
	memcpy(head->ether_shost, traffic->address, ETH_ALEN);
	head->ether_type = htons(LOCAL_EXPERIMENTAL);
	return LEAST_FRAME + random_up_to(&traffic->random, MOST_FRAME - LEAST_FRAME);
}

static size_t fill_request(struct traffic *traffic, uint8_t frame[MOST_FRAME])
{
	struct ether_arp *arp = (struct ether_arp *)(frame + sizeof(struct ether_header));

	fill_frame(traffic, frame);
	((struct ether_header *)frame)->ether_type = htons(ETHERTYPE_ARP);
	arp->arp_hrd = htons(ARPHRD_ETHER);
	arp->arp_pro = htons(ETHERTYPE_IP);
	arp->arp_hln = ETH_ALEN;
	arp->arp_pln = 4;
	arp->arp_op = htons(ARPOP_REQUEST);
	memcpy(arp->arp_sha, traffic->address, ETH_ALEN);
	memcpy(arp->arp_spa, (uint8_t[]){ 10, 0, 2, 15 }, 4);
	memcpy(arp->arp_tpa, (uint8_t[]){ 10, 0, 2, 2 }, 4);
	return LEAST_FRAME;
}

/* 0 or the errno of the frame that did not get out. */
static int send_burst(struct traffic *traffic)
{
	uint64_t count = random_up_to(&traffic->random, MOST_BURST - 1) + 1;
	uint8_t frame[MOST_FRAME];

	for (uint64_t i = 0; i < count; i++) {
		size_t size = i ? fill_frame(traffic, frame) : fill_request(traffic, frame);

		if (send(traffic->socket, frame, size, 0) < 0)
			return errno;
		traffic->sent++;
	}
	return 0;
}

/* What came in; the socket also hears what it sent itself. */
static int receive_all(struct traffic *traffic)
{
	uint8_t frame[MOST_FRAME];
	struct sockaddr_ll from;
	socklen_t size;

	for (;;) {
		size = sizeof(from);
		if (recvfrom(traffic->socket, frame, sizeof(frame), 0, (struct sockaddr *)&from, &size) < 0)
			return errno == EAGAIN ? 0 : errno;
		if (from.sll_pkttype != PACKET_OUTGOING)
			traffic->received++;
	}
}

/* A full queue is no end of the interface, everything else is. */
static void use(struct traffic *traffic)
{
	int code = send_burst(traffic);

	if (!code || code == EAGAIN || code == ENOBUFS)
		code = receive_all(traffic);
	if (code) {
		count_errno(&traffic->errors, code);
		close_interface(traffic);
	}
}

static void drive(struct traffic *traffic, uint64_t end)
{
	traffic->socket = -1;
	while (monotonic_ns() < end) {
		int code = 0;

		if (traffic->socket >= 0) {
			use(traffic);
			continue;
		}
		code = open_interface(traffic);
		if (code) {
			count_errno(&traffic->errors, code);
			close_interface(traffic);
			sleep_us(REST_US);
		} else {
			traffic->interfaces++;
		}
	}
	close_interface(traffic);
}

static int net_user_main(int argc, char **argv)
{
	struct option_spec options[] = {
		[FID] = { .name = "--fid", .kind = OPTION_HEX, .max = UINT32_MAX },
		[SECONDS] = { .name = "--seconds", .kind = OPTION_DECIMAL, .max = 86400 },
		[SEED] = { .name = "--seed", .kind = OPTION_DECIMAL, .max = UINT64_MAX },
	};
	struct traffic traffic = { 0 };

	parse_options(argc, argv, options, sizeof(options) / sizeof(*options));
	if (!options[FID].given || !options[SECONDS].given || !options[SEED].given)
		usage_error("--fid, --seconds and --seed are needed");
	traffic.fid = options[FID].number;
	random_seed(&traffic.random, options[SEED].number);
	drive(&traffic, monotonic_ns() + options[SECONDS].number * 1000000000u);
	printf("{\"actor\": \"net-user\", \"interfaces\": %" PRIu64 ", \"sent\": %" PRIu64 ", \"received\": %" PRIu64
	       ", \"errors\": ",
	       traffic.interfaces, traffic.sent, traffic.received);
	print_errors(&traffic.errors);
	printf("}\n");
	if (traffic.sent && traffic.received)
		return 0;
	fprintf(stderr, "net-user: %" PRIu64 " frames went out and %" PRIu64 " came in\n", traffic.sent,
		traffic.received);
	return EXIT_UNDONE;
}

ACTOR(net_user, "net-user", "--fid HEX --seconds N --seed N", net_user_main);
