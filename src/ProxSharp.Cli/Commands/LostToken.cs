using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Commands;

/// <summary>A token that was just made and whose secret could be kept nowhere: nobody can use it, and the server tells its secret only once.</summary>
/// <param name="run">The run.</param>
/// <param name="session">The person's connection.</param>
/// <param name="token">The token.</param>
internal sealed class LostToken(CommandRun run, ServerSession session, string token)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Deletes it, so that another try finds its name free.</summary>
    /// <param name="path">The path of the token.</param>
    /// <param name="lost">Why its secret is not kept.</param>
    /// <returns>The error to end with; null if somebody interrupted the command and nothing is left to say.</returns>
    public async Task<CliError?> DeleteAsync(string path, Exception lost)
    {
        bool isInterrupted = lost is OperationCanceledException;
        string why = isInterrupted ? "the command was interrupted" : $"its secret could not be stored: {Text(lost)}";
        try
        {
            using CancellationTokenSource limit = new(s_patience, run.Services.Time);
            await session.CallAsync(ApiMethod.Delete, path, [], null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception left) when (left is ProxmoxException or CliException or OperationCanceledException)
        {
            string refusal = left is OperationCanceledException ? "the server did not answer in time" : ErrorMapper.Map(left).Message;
            return Error($"The token {token} was made, but {why}; and it could not be deleted again: {refusal}", $"Let somebody delete it: {Command()}");
        }

        if (isInterrupted)
        {
            run.Note($"The token {token} was deleted again.");
            return null;
        }

        return Error($"The token {token} was deleted again, for {why}", OtherPlace(lost));
    }

    // The keyring fails with one kind of exception, files with others.
    private static string OtherPlace(Exception lost) => lost is InvalidOperationException or CliException
        ? "Log in again with another place for the secret: --store file"
        : "Log in again when the folder of the contexts can be written, or with another place for the secret: --store keyring";

    private string Command() => session.Context.Product == ProxmoxProduct.BackupServer
        ? $"proxmox-backup-manager user delete-token {token.Replace('!', ' ')}"
        : $"pveum user token remove {token.Replace('!', ' ')}";

    private static CliError Error(string message, string hint) => new()
    {
        Code = "keyring",
        ExitCode = ExitCodes.Error,
        Message = message,
        Hint = hint,
    };

    private static string Text(Exception failure) => failure.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
