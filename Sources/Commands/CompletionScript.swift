/// A completion script of the argument parser's, mended for words with a colon, such as `debian:bookworm`.
///
/// bash splits a word at each character of COMP_WORDBREAKS before the script sees it, and inserts only what comes behind
/// the last one (Programmable Completion, bash(1)). zsh's `_describe` takes what stands behind a colon for a description
/// (zshcompsys(1)). fish needs nothing. A script of another form is passed on as it is.
func completionScript(_ script: String) -> String {
  script
    .replacing("complete -o filenames -F _zlab zlab\n", with: bashWrapper)
    .replacing(
      #"    completions=("${(@f)"$("${command_name}" "${@}" "${command_line[@]}")"}")"# + "\n",
      with: #"    completions=("${(@f)"$("${command_name}" "${@}" "${command_line[@]}")"}")"# + "\n"
        + #"    completions=("${(@)completions//:/\\:}")"# + "\n")
}

private let bashWrapper = #"""
  # Joins what bash has split at colons, and takes the part before the last colon off what is offered.
  __zlab_joined() {
      local -a joined=()
      local -i index cword=0
      local rest="${COMP_LINE}" blanks word
      for index in "${!COMP_WORDS[@]}"; do
          word="${COMP_WORDS[index]}"
          blanks="${rest%%[![:space:]]*}"
          rest="${rest#"${blanks}"}"
          rest="${rest#"${word}"}"
          if ((index > 0)) && [[ -z "${blanks}" ]] && [[ "${word}" == :* || "${joined[-1]}" == *: ]]; then
              joined[-1]+="${word}"
          else
              joined+=("${word}")
          fi
          ((index == COMP_CWORD)) && cword=$((${#joined[@]} - 1))
      done
      local -a COMP_WORDS=("${joined[@]}")
      local -i COMP_CWORD=cword
      local cur="${joined[cword]}"
      ((cword > 0)) || return
      _zlab "${1}" "${cur}" "${joined[cword - 1]}"
      [[ "${COMP_WORDBREAKS}" == *:* ]] || return
      local before="" reply
      if [[ "${cur}" == *:* ]]; then before="${cur%"${cur##*:}"}"; fi
      for index in "${!COMPREPLY[@]}"; do
          reply="${COMPREPLY[index]}"
          # A colon that readline would escape, as in the name of a file.
          if [[ "${reply}" == *:* ]]; then compopt +o filenames 2>/dev/null; fi
          COMPREPLY[index]="${reply#"${before}"}"
      done
  }

  complete -o filenames -F __zlab_joined zlab

  """#
