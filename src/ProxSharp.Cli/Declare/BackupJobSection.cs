using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Declare;

/// <summary>The section <c>backup-jobs</c>: scheduled backups.</summary>
internal sealed class BackupJobSection : IStateSection
{
    private static readonly string[] s_own = ["id", "next-run", "type"];

    /// <inheritdoc/>
    public string Name => "backup-jobs";

    /// <inheritdoc/>
    public async Task<JsonElement> ReadAsync(ServerSession session, JsonElement wanted, CancellationToken cancellationToken)
    {
        JsonElement jobs = (await session.GetAsync("/cluster/backup", null, cancellationToken).ConfigureAwait(false)).Data;
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach (JsonElement job in jobs.EnumerateArray().OrderBy(static job => StateValues.Text(job, "id"), StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("id", StateValues.Text(job, "id"));
                foreach (JsonProperty member in job.EnumerateObject()
                    .Where(static member => !s_own.Contains(member.Name))
                    .OrderBy(static member => member.Name, StringComparer.Ordinal))
                {
                    member.WriteTo(json);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, bool prune)
    {
        Dictionary<string, JsonElement> known = present.EnumerateArray().ToDictionary(static job => StateValues.Text(job, "id")!, StringComparer.Ordinal);
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (JsonElement job in StateValues.Items(wanted, Name))
        {
            string id = StateValues.Required(job, "id", Name);
            named.Add(id);
            bool exists = known.TryGetValue(id, out JsonElement now);
            IReadOnlyList<(string Key, string? From, string? To)> keys = StateValues.Differences(job, now, s_own);
            if (!exists)
            {
                ApiParameters all = StateValues.Parameters([.. keys.Where(static key => key.To is not null)]);
                all.Add("id", id);
                yield return new StateChange(Name, id, "create")
                {
                    Keys = keys,
                    Call = new PlannedCall(ApiMethod.Post, "/cluster/backup", all) { Template = "/cluster/backup", Target = id },
                };
            }
            else if (keys.Count > 0)
            {
                yield return new StateChange(Name, id, "change") { Keys = keys, Call = Call(ApiMethod.Put, id, StateValues.Parameters(keys)) };
            }
        }

        foreach (string id in prune ? known.Keys.Where(id => !named.Contains(id)) : [])
        {
            yield return new StateChange(Name, id, "delete") { Call = Call(ApiMethod.Delete, id, []) };
        }
    }

    private static PlannedCall Call(ApiMethod method, string id, ApiParameters parameters) =>
        new(method, $"/cluster/backup/{Uri.EscapeDataString(id)}", parameters) { Template = "/cluster/backup/{id}", Target = id };
}
