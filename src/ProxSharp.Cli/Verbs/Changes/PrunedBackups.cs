using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>
/// Finds the backups that the rules of a call remove from a group, or from all groups of a datastore. The server says so itself where it is asked for a dry run
/// of a group; for a datastore it would start a task.
/// </summary>
internal static class PrunedBackups
{
    private const string Prune = "/admin/datastore/{store}/prune";

    private const string PruneAll = "/admin/datastore/{store}/prune-datastore";

    private const string Trial = "dry-run";

    /// <summary>Tells whether a call removes what its rules do not keep.</summary>
    public static bool IsPossible(PlannedCall call) => call.Method == ApiMethod.Post && call.Template is Prune or PruneAll;

    /// <summary>Returns the backups that go.</summary>
    public static async Task<IReadOnlyList<ConfigChange>> ReadAsync(ServerSession session, PlannedCall call, CancellationToken cancellationToken)
    {
        if (call.Template == Prune)
        {
            return await OfGroupAsync(session, call, call.Path, Question(call), cancellationToken).ConfigureAwait(false);
        }

        string store = call.Path[..call.Path.LastIndexOf('/')];
        List<ApiParameters> questions = [];
        foreach (string? ns in await NamespacesAsync(session, call, store, cancellationToken).ConfigureAwait(false))
        {
            JsonElement groups = await session.ListAsync($"{store}/groups", new ApiParameters { { "ns", ns } }, cancellationToken).ConfigureAwait(false);
            foreach (JsonElement group in groups.EnumerateArray())
            {
                ApiParameters question = Question(call);
                question.Add("ns", ns);
                question.Add("backup-type", StateValues.Text(group, "backup-type"));
                question.Add("backup-id", StateValues.Text(group, "backup-id"));
                questions.Add(question);
            }
        }

        List<ConfigChange> gone = [];
        foreach (IReadOnlyList<ConfigChange> ofGroup in await ConcurrentReading.AllAsync(
            questions, (question, token) => OfOwnGroupAsync(session, call, $"{store}/prune", question, token), cancellationToken).ConfigureAwait(false))
        {
            gone.AddRange(ofGroup);
        }

        return gone;
    }

    // The namespace that is named, and those below it as far down as the call goes.
    private static async Task<List<string?>> NamespacesAsync(ServerSession session, PlannedCall call, string store, CancellationToken cancellationToken)
    {
        ApiParameters place = new() { { "parent", call.Parameters.Find("ns") }, { "max-depth", call.Parameters.Find("max-depth") } };
        JsonElement all = await session.ListAsync($"{store}/namespace", place, cancellationToken).ConfigureAwait(false);
        List<string?> names = [];
        foreach (JsonElement one in all.EnumerateArray())
        {
            names.Add(StateValues.Text(one, "ns") is { Length: > 0 } name ? name : null);
        }

        return names;
    }

    private static ApiParameters Question(PlannedCall call)
    {
        ApiParameters question = [];
        foreach (ApiParameter parameter in call.Parameters)
        {
            if (parameter.Name is not (Trial or "use-task" or "max-depth") && (call.Template == Prune || parameter.Name != "ns"))
            {
                question.Add(parameter);
            }
        }

        question.Add(Trial, "1");
        return question;
    }

    private static async Task<IReadOnlyList<ConfigChange>> OfOwnGroupAsync(
        ServerSession session, PlannedCall call, string path, ApiParameters question, CancellationToken cancellationToken)
    {
        try
        {
            return await OfGroupAsync(session, call, path, question, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxPermissionException)
        {
            // Proxmox: the task passes by the groups of others.
            return [];
        }
    }

    private static async Task<IReadOnlyList<ConfigChange>> OfGroupAsync(
        ServerSession session, PlannedCall call, string path, ApiParameters question, CancellationToken cancellationToken)
    {
        JsonElement verdicts = (await session.TryOutAsync(call.Method, path, question, cancellationToken).ConfigureAwait(false)).Data;
        string place = call.Template == PruneAll && question.Find("ns") is { } ns ? $"{ns}/" : "";
        return verdicts.ValueKind == JsonValueKind.Array
            ? [.. verdicts.EnumerateArray().Where(static verdict => StateValues.Text(verdict, "keep") is "0" or "false")
                .Select(verdict => Gone(call, verdict, place))]
            : [];
    }

    private static ConfigChange Gone(PlannedCall call, JsonElement verdict, string place)
    {
        string group = $"{StateValues.Text(verdict, "backup-type")}/{StateValues.Text(verdict, "backup-id")}";
        return new ConfigChange(call.Target, "backup", place + BackupArgument.Name(group, StateValues.Text(verdict, "backup-time")), null);
    }
}
