#!/usr/bin/env bash
# The step "fwproof check" of action.yml: judges, writes the reports and the step summary, and leaves the exit code to the last step.
set -euo pipefail

reports="$RUNNER_TEMP/fwproof"
rm -rf "$reports"
mkdir -p "$reports"

since="${FWPROOF_SINCE:-none}"
if [ "$since" = none ] || [ -z "${since//0/}" ]; then
  # A branch that has just begun has no commit before it (forty zeros): everything is judged.
  since=""
elif ! git rev-parse --verify --quiet --end-of-options "$since^{commit}" >/dev/null; then
  # actions/checkout fetches one commit only. Where this fails, fwproof says that there is no such revision.
  git fetch --quiet --no-tags --depth=1 --end-of-options origin "$since" || true
fi

arguments=()
if [ -n "${FWPROOF_ARGUMENTS:-}" ]; then
  # One word a blank or line end: nothing of it is run by the shell. read answers 1 at the end of the text.
  read -r -d '' -a arguments <<<"$FWPROOF_ARGUMENTS" || true
fi

# Names in an export may look like commands to the runner ("::error::"): it obeys none until it reads this word again.
word="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
echo "::stop-commands::$word"

code=0
"${FWPROOF:-fwproof}" check ${since:+--since "$since"} \
  -o "$reports/fwproof.sarif" -o "$reports/fwproof.md" -o "$reports/fwproof.xml" -o "$reports/fwproof.json" \
  -o "$reports/fwproof.xlsx" ${arguments[@]+"${arguments[@]}"} 2>"$reports/messages.txt" || code=$?
cat "$reports/messages.txt"
echo "::$word::"

comment="$reports/comment.txt"
sarif=false
if compgen -G "$reports/*.sarif" >/dev/null; then
  sarif=true
  cat "$reports"/*.md >"$comment"
else
  {
    printf '## fwproof\n\n**Not judged.** What is wrong:\n\n'
    sed 's/^/    /' "$reports/messages.txt"
  } >"$comment"
fi
case "$code" in
  0) printf '\nThe gate is open.\n' ;;
  1) printf '\n**The gate is closed: findings.**\n' ;;
  *) printf '\n**The gate is closed: not judged.**\n' ;;
esac >>"$comment"
cat "$comment" >>"$GITHUB_STEP_SUMMARY"

{
  echo "exit-code=$code"
  echo "reports=$reports"
  echo "comment=$comment"
  echo "sarif=$sarif"
} >>"$GITHUB_OUTPUT"
