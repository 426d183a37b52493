using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Declare;

/// <summary>
/// A list of firewall rules, whose order counts. Rules are the same if they let the same through; what else they say is changed in place, rules that are
/// missing are put where the file has them, and rules at another place are moved.
/// </summary>
/// <param name="title">What stands in front of a rule in messages.</param>
/// <param name="path">Where they are.</param>
/// <param name="template">The same in the schema.</param>
/// <param name="stage">When they are changed.</param>
internal sealed class RuleList(string title, string path, string template, StateStage stage)
{
    private const string Section = "firewall";
    private static readonly string[] s_own = ["pos", "digest", "ipversion"];
    private static readonly string[] s_remarks = ["comment", "enable", "log"];

    /// <summary>The call that reads them.</summary>
    public string Reads => $"GET {template}";

    /// <summary>The calls that change them.</summary>
    public IReadOnlyList<string> Writes => [$"POST {template}", $"PUT {template}/{{pos}}", $"DELETE {template}/{{pos}}"];

    private IReadOnlyDictionary<string, ApiNode> Parameters => StateSchema.Parameters(ApiMethod.Post, template);

    /// <summary>Reads them.</summary>
    public async Task<JsonElement> ReadAsync(ServerSession session, CancellationToken cancellationToken)
    {
        JsonElement rules = await session.ListAsync(path, null, cancellationToken).ConfigureAwait(false);
        return JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach (JsonElement rule in rules.EnumerateArray())
            {
                json.WriteStartObject();
                json.WriteOptional("digest", StateValues.Text(rule, "digest"));
                foreach (JsonProperty member in rule.EnumerateObject()
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

    /// <summary>Compares the rules of the file with those that are there. Pure.</summary>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, bool prune)
    {
        JsonElement[] now = [.. StateValues.Items(present, Section)];
        string place = $"{Section} {title}rules";
        JsonElement[] given = [.. StateValues.Objects(wanted, place)];
        string[] known = ["pos", "ipversion", .. StateSchema.Describing(Parameters)];
        foreach (JsonElement rule in given)
        {
            StateValues.Only(rule, place, known);
        }

        JsonElement[] file = [.. given.Select(Enabled)];

        List<ListedRule> list = [.. now.Select(static rule => new ListedRule(rule, false))];
        List<StateChange> changes = Arrange(file, list);
        if (prune)
        {
            changes.AddRange(Delete(list));
        }

        // The first call says which list it is about. It makes a new digest, which the next one needs.
        if (changes.Count > 0 && now.Length > 0)
        {
            changes[0].Call!.Parameters.Add("digest", StateValues.Text(now[0], "digest"));
        }

        return changes.Select((change, at) => at == 0 ? change with { Before = null } : change);
    }

    /// <summary>
    /// Makes sure that a call which names a rule by its place still means that rule, however long ago the list was read: other changes come in between.
    /// </summary>
    /// <param name="call">The call; it gets the digest of the list.</param>
    /// <param name="expected">The list as the calls before have left it. What a file says comes back in the words of the server.</param>
    private Func<ServerSession, CancellationToken, Task> Guard(PlannedCall call, IEnumerable<ListedRule> expected)
    {
        string?[] texts = [.. expected.Select(static rule => rule.IsMeant ? null : Text(rule.Rule))];
        return async (session, cancellationToken) =>
        {
            JsonElement[] there = [.. StateValues.Items(await ReadAsync(session, cancellationToken).ConfigureAwait(false), Section)];
            if (there.Length != texts.Length || Enumerable.Range(0, texts.Length).Any(at => texts[at] is { } text && text != Text(there[at])))
            {
                throw new CliException(new CliError
                {
                    Code = "conflict",
                    ExitCode = ExitCodes.Conflict,
                    Message = $"Somebody else has changed the firewall rules meanwhile ({path})",
                    Hint = "See what is different now (prox diff), and apply the file again",
                });
            }

            if (there.Length > 0)
            {
                call.Parameters.Add("digest", StateValues.Text(there[0], "digest"));
            }
        };
    }

    // Proxmox: a rule that nobody enables is made, and does nothing. Who writes one down wants it to work.
    private static JsonElement Enabled(JsonElement rule) => rule.TryGetProperty("enable", out _) ? rule : JsonText.Build(json =>
    {
        json.WriteStartObject();
        foreach (JsonProperty member in rule.EnumerateObject())
        {
            member.WriteTo(json);
        }

        json.WriteNumber("enable", 1);
        json.WriteEndObject();
    });

    private List<StateChange> Arrange(JsonElement[] file, List<ListedRule> list)
    {
        List<StateChange> changes = [];
        int next = 0;
        foreach (JsonElement rule in file)
        {
            bool IsIt(ListedRule other) => !other.IsMeant && Identity(other.Rule) == Identity(rule);
            int at = list.FindIndex(next, IsIt);
            if (at < 0 && list.FindIndex(0, next, IsIt) is >= 0 and int before)
            {
                changes.Add(Moved(rule, before, next, list));
                list.Insert(next, list[before]);
                list.RemoveAt(before);
                at = next - 1;
            }

            if (at < 0)
            {
                changes.Add(Created(rule, next, list));
                list.Insert(next, new ListedRule(rule, true));
                at = next;
            }
            else if (Different(rule, list[at].Rule) is { Length: > 0 } keys)
            {
                changes.Add(Change($"rule {Text(list[at].Rule)}", "change", Call(ApiMethod.Put, at, StateValues.Parameters(keys)) with { Present = list[at].Rule }, list) with { Keys = keys });
            }

            list[at] = new ListedRule(rule, true);
            next = at + 1;
        }

        return changes;
    }

    // From the last to the first, so that the places of the others stay as they are.
    private IEnumerable<StateChange> Delete(List<ListedRule> list)
    {
        for (int at = list.Count - 1; at >= 0; at--)
        {
            if (!list[at].IsMeant)
            {
                yield return Change($"rule {Text(list[at].Rule)}", "delete", Call(ApiMethod.Delete, at, []), list);
                list.RemoveAt(at);
            }
        }
    }

    private KeyChange[] Different(JsonElement wanted, JsonElement present) =>
        [.. StateValues.Differences(wanted, present, Parameters, s_own).Where(static key => !StateSchema.Same(null, Kept(key.Key, key.To), Kept(key.Key, key.From)))];

    private StateChange Change(string subject, string action, PlannedCall call, IEnumerable<ListedRule> expected) =>
        new(Section, $"{title}{subject}", action, stage) { Call = call, Before = Guard(call, expected) };

    private StateChange Moved(JsonElement rule, int from, int to, IEnumerable<ListedRule> expected)
    {
        ApiParameters parameters = [];
        parameters.Add("moveto", (long)to);
        return Change($"rule {Text(rule)}", "change", Call(ApiMethod.Put, from, parameters) with { Present = rule }, expected) with
        {
            Keys = [new("pos", from.ToString(CultureInfo.InvariantCulture), (to - 1).ToString(CultureInfo.InvariantCulture))],
        };
    }

    private StateChange Created(JsonElement rule, int at, IEnumerable<ListedRule> expected)
    {
        ApiParameters parameters = StateValues.Parameters([.. StateValues.Differences(rule, default, Parameters, s_own).Where(static key => key.To is not null)]);
        parameters.Add("pos", (long)at);
        PlannedCall call = new(ApiMethod.Post, path, parameters) { Template = template, Target = title.TrimEnd() };
        return Change($"rule {Text(rule)}", "create", call, expected);
    }

    private PlannedCall Call(ApiMethod method, int at, ApiParameters parameters) =>
        new(method, $"{path}/{at.ToString(CultureInfo.InvariantCulture)}", parameters) { Template = $"{template}/{{pos}}", Target = title.TrimEnd() };

    private static string Identity(JsonElement rule) => Text(rule, s_remarks, Kept);

    private static string Text(JsonElement rule) => Text(rule, [], static (_, value) => value);

    private static string Text(JsonElement rule, string[] except, Func<string, string?, string?> form) => string.Join(' ', rule.EnumerateObject()
        .Where(member => !s_own.Contains(member.Name) && !except.Contains(member.Name) && StateValues.Wire(member.Value) is { Length: > 0 })
        .OrderBy(static member => member.Name, StringComparer.Ordinal)
        .Select(member => $"{member.Name}={form(member.Name, StateValues.Wire(member.Value))}"));

    // Proxmox: macros are found in any case and kept in their own, comments lose the blanks around them. All else is kept, or refused, as it is written.
    private static string? Kept(string key, string? value) => key switch
    {
        "macro" => value?.ToUpperInvariant(),
        "comment" => value?.Trim(),
        _ => value,
    };

    /// <summary>A rule of the list as it will stand; those that the file means are not looked for any more.</summary>
    private sealed record ListedRule(JsonElement Rule, bool IsMeant);
}
