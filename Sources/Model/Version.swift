/// Version of the programs, of the package and of CHANGELOG.md's newest heading.
package let zlabVersion = "0.2.0"
