using ProxSharp.Api;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>One call that changes something about a snapshot or a group: a part of the plan where one is made, refused where a policy wants one, else made.</summary>
internal static class BackupChange
{
    /// <summary>Describes a call.</summary>
    /// <param name="place">The datastore and namespace.</param>
    /// <param name="method">The verb.</param>
    /// <param name="word">The last part of its path, such as <c>notes</c>.</param>
    /// <param name="group">The group.</param>
    /// <param name="time">When the snapshot was made; null for the group.</param>
    /// <param name="name">The parameter that is set.</param>
    /// <param name="value">What it is set to.</param>
    public static PlannedCall Call(
        BackupPlace place, ApiMethod method, string word, BackupGroupPath group, DateTimeOffset? time, string name, string value)
    {
        ApiParameters parameters = Keys(place, group, time);
        parameters.Add(name, value);
        return new PlannedCall(method, $"/admin/datastore/{place.Store.Name}/{word}", parameters) { Template = $"/admin/datastore/{{store}}/{word}" };
    }

    /// <summary>What names a snapshot, or a group, beside the path of a call.</summary>
    public static ApiParameters Keys(BackupPlace place, BackupGroupPath group, DateTimeOffset? time) => new()
    {
        { "ns", place.Namespace.IsRoot ? null : place.Namespace.ToString() },
        { "backup-type", group.Type.ToString() },
        { "backup-id", group.Id },
        { "backup-time", time?.ToUnixTimeSeconds() },
    };

    /// <summary>Puts a call into the plan that is being made, or makes it unless it is only shown.</summary>
    /// <param name="run">The run.</param>
    /// <param name="place">The datastore and namespace.</param>
    /// <param name="call">The call.</param>
    /// <param name="make">Makes it.</param>
    /// <returns>True if it is in the plan, and there is nothing more to say.</returns>
    public static async Task<bool> IsPlannedAsync(VerbRun run, BackupPlace place, PlannedCall call, Func<Task> make)
    {
        if (run.Command.Services.Planning is { } planning)
        {
            planning.Add(run.Command, place.Session.Context, [call]);
            return true;
        }

        if (!run.IsDryRun)
        {
            ChangeRules.CheckContext(place.Session.Context);
            place.Session.CheckGuard(call.Method, call.Path, call.Parameters);
            await make().ConfigureAwait(false);
        }

        return false;
    }
}
