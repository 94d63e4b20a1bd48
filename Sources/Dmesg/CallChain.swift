/// Possible callers of the kernel's functions, as far as names tell.
///
/// Calls at the end of a function leave no frame of their own, so the caller's callers count too.
enum CallChain {
  /// Nothing calls these.
  static let outermost: Set<String> = ["system_call", "ret_from_fork", "kernel_thread_starter"]

  static func fit(_ caller: String, calling callee: String) -> OpenReport.Fit {
    if let known = callers[callee] { return known.contains(caller) ? .exact : .impossible }
    if soleCallers.contains(caller) { return .impossible }
    if usual[callee]?.contains(caller) == true { return .exact }
    let isUsual = roles.contains { callee.hasSuffix($0.callee) && $0.callers.contains(caller) }
    return isUsual || isSystemCall(callee) && dispatchers.contains(caller) ? .exact : .possible
  }

  private static func isSystemCall(_ name: String) -> Bool {
    ["__s390x_sys_", "__s390_sys_", "__do_sys_", "__se_sys_"].contains { name.hasPrefix($0) }
  }

  private static let dispatchers: Set<String> = ["__do_syscall", "system_call"]

  /// All callers of the generic functions with which stacks end. Sources: `fs/read_write.c`, `kernel/workqueue.c`,
  /// `kernel/kthread.c`, `arch/s390/kernel/syscall.c` and `entry.S`.
  private static let callers: [String: Set<String>] = [
    "vfs_write": ["ksys_write", "ksys_pwrite64", "__s390x_sys_write", "__s390x_sys_pwrite64"],
    "vfs_read": ["ksys_read", "ksys_pread64", "__s390x_sys_read", "__s390x_sys_pread64"],
    "ksys_write": ["__s390x_sys_write", "__do_syscall", "system_call"],
    "ksys_read": ["__s390x_sys_read", "__do_syscall", "system_call"],
    "process_one_work": ["worker_thread", "process_scheduled_works", "rescuer_thread"],
    "process_scheduled_works": ["worker_thread", "rescuer_thread"], "worker_thread": ["kthread"],
    "kthread": ["__ret_from_fork", "ret_from_fork", "kernel_thread_starter"], "__ret_from_fork": ["ret_from_fork"],
    "__do_syscall": ["system_call"],
  ]

  /// Of those, the ones that call nothing else.
  private static let soleCallers: Set<String> = [
    "ksys_write", "ksys_read", "worker_thread", "process_scheduled_works", "kthread", "__ret_from_fork",
  ]

  private static let attributes: Set<String> = [
    "dev_attr_store", "drv_attr_store", "bus_attr_store", "kobj_attr_store", "pci_slot_attr_store", "sysfs_kf_write",
    "kernfs_fop_write_iter",
  ]

  /// Callers of functions that are named for what they implement: an attribute of sysfs, a file operation.
  private static let roles: [(callee: String, callers: Set<String>)] = [
    ("_store", attributes), ("_write_file", attributes), ("_write_iter", ["vfs_write", "new_sync_write"]),
    ("_release", ["__fput"]), ("_ioctl", ["vfs_ioctl", "__s390x_sys_ioctl", "__do_sys_ioctl"]),
  ]

  /// Callers among others. Sources: `fs/file_table.c`, `fs/sysfs/file.c`, `drivers/base/{core,bus,dd}.c`,
  /// `drivers/pci/{remove,probe,bus,pci-driver}.c`, `drivers/pci/hotplug/{pci_hotplug_core,s390_pci_hpc}.c`, `arch/s390/pci`,
  /// `drivers/vfio`.
  private static let usual: [String: Set<String>] = [
    "__fput": ["____fput", "task_work_run", "__fput_sync"], "____fput": ["task_work_run"],
    "task_work_run": ["do_exit", "exit_to_user_mode_loop", "exit_to_user_mode_prepare", "do_notify_resume"],
    "sysfs_kf_write": ["kernfs_fop_write_iter"], "full_proxy_write": ["vfs_write"],
    "device_remove": ["__device_release_driver", "device_release_driver_internal"],
    "pci_device_remove": ["device_remove", "__device_release_driver", "device_release_driver_internal"],
    "__device_release_driver": ["device_release_driver_internal", "driver_detach"],
    "device_release_driver_internal": [
      "device_driver_detach", "device_release_driver", "bus_remove_device", "driver_detach", "unbind_store",
      "pci_stop_bus_device", "device_reprobe",
    ],
    "device_driver_detach": ["unbind_store"], "bus_remove_device": ["device_del"],
    "klist_put": ["klist_del", "klist_remove", "klist_next", "device_del"],
    "device_del": ["device_unregister", "pci_remove_bus_device", "pci_destroy_dev", "zpci_release_device"],
    "pci_destroy_dev": ["pci_remove_bus_device"],
    "pci_remove_bus_device": ["pci_stop_and_remove_bus_device", "pci_stop_and_remove_bus_device_locked"],
    "pci_stop_bus_device": ["pci_stop_bus_device", "pci_stop_and_remove_bus_device"],
    "pci_stop_and_remove_bus_device": ["pci_stop_and_remove_bus_device_locked", "zpci_bus_remove_device"],
    "pci_stop_and_remove_bus_device_locked": ["zpci_bus_remove_device", "disable_slot", "remove_store"],
    "zpci_bus_remove_device": ["zpci_deconfigure_device", "zpci_device_reserved", "disable_slot"],
    "zpci_deconfigure_device": ["disable_slot", "__zpci_event_availability", "zpci_event_availability"],
    "disable_slot": ["power_write_file"], "enable_slot": ["power_write_file"],
    "__zpci_event_availability": ["zpci_event_availability", "chsc_process_crw"],
    "zpci_event_availability": ["chsc_process_sei_nt0", "chsc_process_event_information", "chsc_process_crw"],
    "chsc_process_crw": ["crw_collect_info"], "crw_collect_info": ["kthread"],
    "local_pci_probe": ["pci_device_probe", "pci_call_probe", "work_for_cpu_fn"],
    "pci_device_probe": ["call_driver_probe", "really_probe"], "call_driver_probe": ["really_probe"],
    "really_probe": ["__driver_probe_device", "driver_probe_device"],
    "__driver_probe_device": ["driver_probe_device", "device_driver_attach"],
    "driver_probe_device": ["__device_attach_driver", "__driver_attach", "device_driver_attach"],
    "__device_attach_driver": ["bus_for_each_drv"], "bus_for_each_drv": ["__device_attach"],
    "__device_attach": ["device_attach", "device_initial_probe", "bus_probe_device", "pci_bus_add_device"],
    "bus_probe_device": ["device_add"], "pci_bus_add_device": ["pci_bus_add_devices", "zpci_bus_scan_device"],
    "pci_proc_attach_device": ["pci_bus_add_device"],
    "pci_device_add": ["pci_scan_single_device", "pci_scan_slot", "zpci_bus_scan_device"],
    "vfio_group_detach_container": [
      "vfio_group_fops_release", "vfio_group_fops_unl_ioctl", "vfio_group_unset_container",
    ],
    "iommu_detach_group": ["vfio_iommu_type1_detach_group", "__iommu_release_dma_ownership"],
    "vfio_iommu_type1_detach_group": ["vfio_group_detach_container", "__vfio_group_unset_container"],
  ]
}
