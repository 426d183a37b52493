using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Contexts;

/// <summary>Fetches a secret from where its reference points.</summary>
internal sealed class SecretReader(CliEnvironment environment, TimeProvider time)
{
    private static readonly TimeSpan s_commandLimit = TimeSpan.FromSeconds(30);

    /// <summary>Returns the secret.</summary>
    /// <exception cref="CliException">It is not there, with exit code 4: without a secret there is no login.</exception>
    public async Task<string> ReadAsync(SecretReference reference, CancellationToken cancellationToken)
    {
        string? secret = reference.Source switch
        {
            SecretSource.Environment => environment.Variable(reference.Target),
            SecretSource.File => FirstLine(await ReadFileAsync(reference, cancellationToken).ConfigureAwait(false)),
            _ => FirstLine(await RunAsync(reference, cancellationToken).ConfigureAwait(false)),
        };
        return string.IsNullOrEmpty(secret)
            ? throw Missing(reference, reference.Source == SecretSource.Environment ? "the variable is not set" : "nothing is in it")
            : secret;
    }

    /// <summary>Splits a command line at spaces; single and double quotes keep spaces, a backslash keeps the next character (not on Windows).</summary>
    internal static IReadOnlyList<string> SplitCommand(string command, bool backslashEscapes)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool open = false;
        char quote = '\0';
        for (int i = 0; i < command.Length; i++)
        {
            char c = command[i];
            if (c == '\\' && backslashEscapes && quote != '\'' && i + 1 < command.Length)
            {
                word.Append(command[++i]);
                open = true;
            }
            else if (quote == '\0' ? c is '\'' or '"' : c == quote)
            {
                quote = quote == '\0' ? c : '\0';
                open = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (open)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    open = false;
                }
            }
            else
            {
                word.Append(c);
                open = true;
            }
        }

        if (open)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    private static string? FirstLine(string text) => text.Split('\n')[0].TrimEnd('\r');

    private static async Task<string> ReadFileAsync(SecretReference reference, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(reference.Target, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Missing(reference, e is FileNotFoundException or DirectoryNotFoundException ? "the file does not exist" : e.Message, e);
        }
    }

    private async Task<string> RunAsync(SecretReference reference, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> words = SplitCommand(reference.Target, !environment.IsWindows);
        ProcessStartInfo start = new(words[0], words.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = environment.CurrentDirectory,
        };
        using CancellationTokenSource limit = new(s_commandLimit, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using Process process = Start(reference, start);
        try
        {
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(both.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(both.Token);
            await process.WaitForExitAsync(both.Token).ConfigureAwait(false);
            string text = await output.ConfigureAwait(false);
            string complaint = FirstLine(await errors.ConfigureAwait(false)) ?? "";
            return process.ExitCode == 0
                ? text
                : throw Missing(reference, string.Create(CultureInfo.InvariantCulture, $"the command ended with {process.ExitCode}{(complaint.Length > 0 ? ": " : "")}{complaint}"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Missing(reference, "the command did not end within 30 seconds");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process Start(SecretReference reference, ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            throw Missing(reference, $"the command cannot be started ({e.Message})", e);
        }
    }

    private static CliException Missing(SecretReference reference, string why, Exception? cause = null) => new(
        new CliError
        {
            Code = "secret",
            ExitCode = ExitCodes.Authentication,
            Message = $"The secret is not at {reference}: {why}",
            Hint = "Put it there, or name another place with --secret.",
        },
        cause);
}
