package import Model

/// A patch that does not fit a tree, with all that a maintainer needs to see why.
///
/// Nothing of the series is in the tree when this is thrown.
package struct PatchRejected: Error, Codable, Sendable, Hashable, CustomStringConvertible {
  /// Name of the mail for users.
  package var series: String
  /// Name of the tree for users.
  package var tree: String
  /// The number that its subject gives, or its place in the series, 1-based.
  package var number: Int
  /// Number of patches in the series.
  package var total: Int
  /// The subject without tags.
  package var subject: String
  /// The files that do not fit, in the order of the patch; never empty.
  package var files: [FileRejection]
  /// Number of files the patch changes.
  package var fileCount: Int
  /// Number of hunks the patch has.
  package var hunkCount: Int
  /// Numbers below this patch's that the series promises and the mail lacks, ascending.
  package var missing: [Int]

  /// The report as an error of the request: a patch and a tree that do not belong together.
  package var requestError: RequestError { RequestError(explanation, advice: advice) }

  /// Several lines for a terminal, with what to do next in the last; nothing in it can steer a terminal.
  package var report: String { requestError.description }

  package var description: String { report }

  /// True if all that does not fit is in the tree already.
  package var isAlreadyApplied: Bool { files.allSatisfy { $0.fault == .alreadyApplied } }
}

/// Reason why one file of a patch was rejected.
package enum FileFault: Codable, Sendable, Hashable {
  /// Some hunks fit nowhere.
  case hunks
  /// The file is not in the tree; the paths are files of the same name elsewhere in it, nearest first, at most three.
  case missing(elsewhere: [String])
  /// The patch creates a file that is there with other content.
  case exists
  /// The tree has what the patch makes of the file.
  case alreadyApplied
  /// It cannot or must not be done; the clause follows the path, as in `PATH is a symbolic link`.
  case refused(String)
}

/// Reason why a three-way merge did not help.
package enum ThreeWayFault: Codable, Sendable, Hashable {
  /// The mail has no index line for the file.
  case unnamed
  /// No repository with objects was given.
  case noRepository
  /// The repository has no such blob, or several whose names begin so.
  case noBlob
  /// The patch does not even fit the blob that it names.
  case foreignBlob
  /// Both sides changed the same lines at so many places, at most 127.
  case conflicts(Int)
  /// Most of the lines that the patch adds would be there twice, for the file has got them since that blob.
  case repeated
}

/// One file of a rejected patch that does not fit.
package struct FileRejection: Codable, Sendable, Hashable {
  /// The path in the tree before the patch, or after it for a file that is new.
  package var path: String
  /// Problem.
  package var fault: FileFault
  /// The hunks that do not fit, in the order of the file; at most ``hunksShown``.
  package var hunks: [HunkRejection] = []
  /// Number of hunks do not fit.
  package var failedCount = 0
  /// Number of hunks the patch has for the file.
  package var hunkCount = 0
  /// The lines that the patch adds or removes in hunks that do not fit.
  package var progress: ChangeProgress?
  /// The blob that the patch was made for, as its index line abbreviates it.
  package var wantedBlob: String?
  /// The whole id of the tree's file as a blob.
  package var treeBlob: String?
  /// Reason why it was not merged three-way; nil when that was not tried for it.
  package var threeWay: ThreeWayFault?

  /// The most hunks that are explained for one file.
  package static let hunksShown = 20
  /// The most files that are explained for one patch.
  package static let filesShown = 20

  /// True if some of the change stands in the tree, as it does after another version of the patch was merged.
  package var isPartlyApplied: Bool {
    hunks.contains { if case .alreadyApplied = $0.fault { true } else { false } } || progress?.isPartlyThere == true
      || threeWay == .repeated
  }
}

/// Share of what the failed hunks do to a file is found in it, whatever the place.
///
/// Only lines with three or more letters or digits count, for others stand everywhere.
package struct ChangeProgress: Codable, Sendable, Hashable {
  /// Lines that the hunks add.
  package var added: Int
  /// Those of them that the file has.
  package var addedThere: Int
  /// Lines that the hunks remove.
  package var removed: Int
  /// Those of them that the file has.
  package var removedThere: Int

  // A third of the lines is more than what files of one subsystem share by chance.
  var isPartlyThere: Bool { addedThere >= 2 && addedThere * 3 >= added }
}

/// One hunk that fits nowhere.
package struct HunkRejection: Codable, Sendable, Hashable {
  /// 1-based within its file's hunks.
  package var hunk: Int
  /// Line number of the `@@` line, 1-based, in the mail or its decoded part.
  package var mailLine: Int
  /// Context given by the `@@` line: a function's name with `()`, or the text as it is; empty when nothing.
  package var section: String
  /// Reason.
  package var fault: HunkFault
}

/// Reason why a hunk was rejected. Lines of the tree count from 1.
package enum HunkFault: Codable, Sendable, Hashable {
  /// Result of the hunk is already in the tree from this line on.
  case alreadyApplied(line: Int)
  /// The lines stand there, but the hunk says that nothing comes before them.
  case notAtBeginning(line: Int)
  /// The lines stand there, but the hunk says that nothing comes after them.
  case notAtEnd(line: Int)
  /// The lines stand there, but an earlier hunk of the patch has taken them.
  case taken(line: Int)
  /// Something like it stands in the file.
  case closest(ClosestPlace)
  /// No line of substance is in the file; the text is the first such line of the hunk.
  case nowhere(expected: String)
  /// The file is too large or too repetitive to search.
  case notSearched
}

/// The place in a file that a hunk resembles most.
package struct ClosestPlace: Codable, Sendable, Hashable {
  /// Line number of the hunk's first line, 1-based.
  package var line: Int
  /// Number of the hunk's old lines that stand there in order, up to white space.
  package var matched: Int
  /// Number of old lines the hunk has.
  package var of: Int
  /// The first of the hunk's lines that does not follow there, made fit for a terminal with single spaces.
  package var expected: String
  /// Actual line, made fit in the same way; nil when the file ends or begins there.
  package var found: String?
  /// Line number, 1-based.
  package var foundLine: Int
}
