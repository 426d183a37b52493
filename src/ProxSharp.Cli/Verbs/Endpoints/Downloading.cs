using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Changes;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Receives a file that a call answers with.</summary>
internal static class Downloading
{
    /// <summary>Writes it to a file, or to standard output if that is no terminal.</summary>
    public static async Task RunAsync(
        VerbRun run, EndpointBinding binding, string path, ApiParameters parameters, string? file, CancellationToken cancellationToken)
    {
        if (file is null && run.Command.Services.Console.IsOutputTerminal)
        {
            throw CliException.Usage("This call answers with a file, which a terminal cannot show", "Write it to a file: --output-file NAME");
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        ApiDownload download = await VerbErrors.ExplainedAsync(
            run, binding.Schema, binding.Endpoint, path, session.DownloadAsync(path, parameters, null, cancellationToken)).ConfigureAwait(false);
        await using (download.ConfigureAwait(false))
        {
            Stream destination = file is null
                ? run.Command.Services.Console.OpenOutput()
                : new FileStream(run.Command.Services.Environment.AbsolutePath(file), FileMode.Create, FileAccess.Write);
            await using (destination.ConfigureAwait(false))
            {
                await download.Content.CopyToAsync(destination, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
