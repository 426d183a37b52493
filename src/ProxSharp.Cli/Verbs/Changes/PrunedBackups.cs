using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Finds the backups that the rules of a call remove from a group. The server says so itself where it is asked for a dry run.</summary>
internal static class PrunedBackups
{
    private const string Prune = "/admin/datastore/{store}/prune";

    private const string Trial = "dry-run";

    /// <summary>Tells whether a call removes what its rules do not keep.</summary>
    public static bool IsPossible(PlannedCall call) => call.Method == ApiMethod.Post && call.Template == Prune;

    /// <summary>Returns the backups that go.</summary>
    public static async Task<IReadOnlyList<ConfigChange>> ReadAsync(ServerSession session, PlannedCall call, CancellationToken cancellationToken)
    {
        ApiParameters question = [];
        foreach (ApiParameter parameter in call.Parameters.Where(static parameter => parameter.Name is not (Trial or "use-task")))
        {
            question.Add(parameter);
        }

        question.Add(Trial, "1");
        JsonElement verdicts = (await session.TryOutAsync(call.Method, call.Path, question, cancellationToken).ConfigureAwait(false)).Data;
        return verdicts.ValueKind == JsonValueKind.Array
            ? [.. verdicts.EnumerateArray().Where(static verdict => StateValues.Text(verdict, "keep") is "0" or "false").Select(verdict => Gone(call, verdict))]
            : [];
    }

    private static ConfigChange Gone(PlannedCall call, JsonElement verdict)
    {
        string group = $"{StateValues.Text(verdict, "backup-type")}/{StateValues.Text(verdict, "backup-id")}";
        return new ConfigChange(call.Target, "backup", BackupArgument.Name(group, StateValues.Text(verdict, "backup-time")), null);
    }
}
