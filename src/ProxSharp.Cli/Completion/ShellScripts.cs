namespace ProxSharp.Cli.Completion;

/// <summary>The scripts that connect shells with <c>prox complete</c>.</summary>
internal static class ShellScripts
{
    /// <summary>Returns the script for a shell; null if there is none.</summary>
    public static string? Find(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        "powershell" or "pwsh" => PowerShell,
        _ => null,
    };

    // Bash breaks words at : = and @, and knows of quotes: what takes the place of its second argument is told ready to be inserted.
    private const string Bash = """
        # prox completion for bash. Put into ~/.bashrc:  source <(prox completion bash)
        _prox_complete() {
            local reply
            COMPREPLY=()
            while IFS=$'\t' read -r reply _; do
                COMPREPLY+=("$reply")
            done < <(prox complete --shell bash --typed "|$2" --line "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
        }
        complete -o default -F _prox_complete prox
        """;

    private const string Zsh = """
        #compdef prox
        # prox completion for zsh. Put into ~/.zshrc:  source <(prox completion zsh)
        _prox_complete() {
            local -a entries
            local word meaning
            while IFS=$'\t' read -r word meaning; do
                word=${word//\\/\\\\}
                entries+=("${word//:/\\:}:${meaning}")
            done < <(prox complete --line "${LBUFFER}" 2>/dev/null)
            _describe -t commands 'prox' entries
        }
        # As a file of $fpath this is the function itself, read at the first Tab.
        if [[ "${funcstack[1]}" == "_prox" ]]; then
            _prox_complete "$@"
        else
            (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
            compdef _prox_complete prox
        fi
        """;

    private const string Fish = """
        # prox completion for fish. Put into ~/.config/fish/completions/prox.fish:  prox completion fish
        complete -c prox -f -a '(prox complete --line (commandline -cp) 2>/dev/null)'
        """;

    // PowerShell takes @ at the start and commas for its own, and replaces the whole word, quotes included.
    private const string PowerShell = """
        # prox completion for PowerShell. Put into $PROFILE:  prox completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName prox -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $line = $commandAst.ToString().PadRight($cursorPosition).Substring(0, $cursorPosition)
            prox complete --line $line 2>$null | ForEach-Object {
                $parts = $_ -split "`t", 2
                $tip = if ($parts[1]) { $parts[1] } else { $parts[0] }
                $isPlain = $parts[0] -match '^[\w./:=+%\\-]+$' -and $wordToComplete -notmatch '^[''"]'
                $text = if ($isPlain) { $parts[0] } else { "'" + $parts[0].Replace("'", "''") + "'" }
                [System.Management.Automation.CompletionResult]::new($text, $parts[0], 'ParameterValue', $tip)
            }
        }
        """;
}
