using System.Text;

namespace ProxSharp.Cli.Completion;

/// <summary>The scripts that connect shells with <c>prox complete</c>.</summary>
internal static class ShellScripts
{
    /// <summary>Returns the script for a shell; null if there is none.</summary>
    public static string? Find(string shell) => shell switch
    {
        "bash" => Encoding.UTF8.GetString(Bash),
        "zsh" => Encoding.UTF8.GetString(Zsh),
        "fish" => Encoding.UTF8.GetString(Fish),
        "powershell" or "pwsh" => Encoding.UTF8.GetString(PowerShell),
        _ => null,
    };

    // Bash breaks words at : = and @, and knows of quotes: what takes the place of its second argument is told ready to be inserted. Where nothing is offered
    // it would offer files, and hosts behind an @; old ones, which have no compopt, do.
    private static ReadOnlySpan<byte> Bash => """
        # prox completion for bash. Put into ~/.bashrc:  source <(prox completion bash)
        _prox_complete() {
            local reply
            COMPREPLY=()
            compopt +o default 2>/dev/null
            while IFS=$'\t' read -r reply _; do
                if [[ $reply == :files && $2 == @* ]]; then
                    compopt -o filenames 2>/dev/null
                    while IFS= read -r reply; do
                        COMPREPLY+=("@$reply")
                    done < <(compgen -f -- "${2#@}")
                elif [[ $reply == :files ]]; then
                    compopt -o default 2>/dev/null
                else
                    COMPREPLY+=("$reply")
                fi
            done < <(prox complete --files --shell bash --typed "|$2" --line "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
        }
        complete -o default -F _prox_complete prox
        """u8;

    private static ReadOnlySpan<byte> Zsh => """
        #compdef prox
        # prox completion for zsh. Put into ~/.zshrc:  source <(prox completion zsh)
        _prox_complete() {
            local -a entries
            local word meaning before files=
            while IFS=$'\t' read -r word meaning; do
                if [[ $word == :files ]]; then
                    files=yes before=$meaning
                    continue
                fi
                word=${word//\\/\\\\}
                entries+=("${word//:/\\:}:${meaning}")
            done < <(prox complete --files --line "${(j: :)words[1,CURRENT-1]} ${QIPREFIX}${PREFIX}" 2>/dev/null)
            (( $#entries )) && _describe -t commands 'prox' entries
            if [[ -n $files ]]; then
                [[ -n $before ]] && compset -P "${(b)before}"
                _files
            fi
        }
        # As a file of $fpath this is the function itself, read at the first Tab.
        if [[ "${funcstack[1]}" == "_prox" ]]; then
            _prox_complete "$@"
        else
            (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
            compdef _prox_complete prox
        fi
        """u8;

    private static ReadOnlySpan<byte> Fish => """
        # prox completion for fish. Put into ~/.config/fish/completions/prox.fish:  prox completion fish
        function __prox_complete
            for entry in (prox complete --files --line (commandline -cp | string collect) 2>/dev/null)
                if string match -q -- ':files*' $entry
                    set -l before (string replace -r '^:files\t?' '' -- $entry)
                    set -l name (string sub -s (math (string length -- $before) + 1) -- (commandline -ct | string collect))
                    for path in (complete -C "'' $name")
                        printf '%s\n' "$before$path"
                    end
                else
                    printf '%s\n' $entry
                end
            end
        end
        complete -c prox -f -a '(__prox_complete)'
        """u8;

    // PowerShell takes @ at the start and commas for its own, and replaces the whole word, quotes included. Where nothing comes back it offers files.
    private static ReadOnlySpan<byte> PowerShell => """
        # prox completion for PowerShell. Put into $PROFILE:  prox completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName prox -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $line = $commandAst.ToString().PadRight($cursorPosition).Substring(0, $cursorPosition)
            $entries = @(prox complete --files --line $line 2>$null)
            $isFile = $false
            foreach ($entry in $entries) {
                $parts = $entry -split "`t", 2
                if ($parts[0] -eq ':files') {
                    $isFile = $true
                    if ($parts[1]) {
                        $front = $parts[1]
                        $name = $wordToComplete.Trim("'", '"')
                        $name = if ($name.StartsWith($front)) { $name.Substring($front.Length) } else { '' }
                        foreach ($file in [System.Management.Automation.CompletionCompleters]::CompleteFilename($name)) {
                            $text = "'" + ($front + $file.CompletionText.Trim("'")) + "'"
                            [System.Management.Automation.CompletionResult]::new($text, $file.ListItemText, $file.ResultType, $file.ToolTip)
                        }
                    }
                    continue
                }
                $tip = if ($parts[1]) { $parts[1] } else { $parts[0] }
                $isPlain = $parts[0] -match '^[\w./:=+%\\-]+$' -and $wordToComplete -notmatch '^[''"]'
                $text = if ($isPlain) { $parts[0] } else { "'" + $parts[0].Replace("'", "''") + "'" }
                [System.Management.Automation.CompletionResult]::new($text, $parts[0], 'ParameterValue', $tip)
            }
            if (-not $entries -and -not $isFile) { '' }
        }
        """u8;
}
