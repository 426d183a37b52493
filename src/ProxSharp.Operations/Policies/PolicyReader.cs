using System.Text.Json;
using ProxSharp.Operations.Approvals;

namespace ProxSharp.Operations.Policies;

/// <summary>Reads policies strictly: what is not understood is an error with the name of the key.</summary>
internal sealed class PolicyReader(string source)
{
    private static readonly JsonDocumentOptions s_options = new()
    {
        AllowDuplicateProperties = false,
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public GuardPolicy Read(string json)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            throw new GuardRefusedException(
                "policy", $"The policy {source} is empty, so everything is refused. A person puts a copy of it back.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, s_options);
            return Policy(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new GuardRefusedException("policy", $"The policy {source} is no valid policy, so everything is refused: {e.Message}", e);
        }
    }

    private GuardPolicy Policy(JsonElement root)
    {
        Keys(root, "", "version", "allow", "protect", "limits", "approval", "approvers", "snapshotFirst", "exec");
        if (Number(root, "version", "version", 0) != 1)
        {
            throw Error("version", "must be 1");
        }

        JsonElement protect = Section(root, "protect", "tags", "pools", "vmids");
        JsonElement limits = Section(root, "limits", "targetsPerPlan", "mutationsPerHour", "concurrentTasks", "planMinutes");
        JsonElement approval = Section(root, "approval", "reversible", "disruptive", "destructive", "privileged", "exec");
        JsonElement exec = Section(root, "exec", "enabled", "templates");
        return new GuardPolicy
        {
            Rules = [.. Items(root, "allow", "allow").Select(Rule)],
            ProtectedTags =
                PolicyWords.Tags(Words(protect, "tags", "protect.tags", StringComparer.OrdinalIgnoreCase), Fault("protect.tags")) ?? new HashSet<string>(),
            ProtectedPools =
                PolicyWords.Pools(Words(protect, "pools", "protect.pools", StringComparer.Ordinal), Fault("protect.pools")) ?? new HashSet<string>(),
            ProtectedVmids = Ranges(protect, "protect.vmids") ?? [],
            TargetsPerPlan = Number(limits, "targetsPerPlan", "limits.targetsPerPlan", GuardPolicy.ReadOnly.TargetsPerPlan),
            MutationsPerHour = Number(limits, "mutationsPerHour", "limits.mutationsPerHour", GuardPolicy.ReadOnly.MutationsPerHour),
            ConcurrentTasks = Number(limits, "concurrentTasks", "limits.concurrentTasks", GuardPolicy.ReadOnly.ConcurrentTasks),
            PlanMinutes = Minutes(limits),
            SnapshotFirst = Classes(Words(root, "snapshotFirst", "snapshotFirst", StringComparer.Ordinal) ?? new HashSet<string>(), "snapshotFirst"),
            Approvers = Approvers(root),
            Approvals = approval.ValueKind == JsonValueKind.Object ? approval.EnumerateObject().ToDictionary(Class, Approval) : [],
            ExecEnabled = exec.ValueKind == JsonValueKind.Object && exec.TryGetProperty("enabled", out JsonElement enabled) && enabled.GetBoolean(),
            ExecTemplates = [.. Items(exec, "templates", "exec.templates").Select(Template)],
        };
    }

    private HashSet<OperationClass> Classes(IEnumerable<string> words, string key) =>
    [
        .. words.Select(word => OperationCatalogue.TryParseClass(word, out OperationClass kind) ? kind : throw Error(key, $"has '{word}', which is no class")),
    ];

    private AllowRule Rule(JsonElement rule)
    {
        Keys(rule, "allow.", "classes", "pools", "tags", "nodes", "vmids");
        IReadOnlySet<string> words = Words(rule, "classes", "allow.classes", StringComparer.Ordinal) ?? throw Error("allow.classes", "is missing");
        return new AllowRule
        {
            Classes = Classes(words, "allow.classes"),
            Pools = PolicyWords.Pools(Words(rule, "pools", "allow.pools", StringComparer.Ordinal), Fault("allow.pools")),
            Tags = PolicyWords.Tags(Words(rule, "tags", "allow.tags", StringComparer.OrdinalIgnoreCase), Fault("allow.tags")),
            Nodes = PolicyWords.Nodes(Words(rule, "nodes", "allow.nodes", StringComparer.Ordinal), Fault("allow.nodes")),
            Vmids = Ranges(rule, "allow.vmids"),
        };
    }

    private ExecTemplate Template(JsonElement template)
    {
        Keys(template, "exec.templates.", "command", "values");
        string[] command = [.. Items(template, "command", "exec.templates.command").Select(static word => word.GetString() ?? "")];
        Dictionary<string, string> values = template.TryGetProperty("values", out JsonElement patterns)
            ? patterns.EnumerateObject().ToDictionary(static member => member.Name, static member => member.Value.GetString() ?? "", StringComparer.Ordinal)
            : [];
        string? missing = command.FirstOrDefault(word => word is ['{', .., '}'] && !values.ContainsKey(word[1..^1]));
        if (command.Length == 0 || missing is not null)
        {
            throw Error("exec.templates.command", missing is null ? "is empty" : $"has {missing} without a pattern in 'values'");
        }

        return new ExecTemplate(command, values);
    }

    private int? Minutes(JsonElement limits)
    {
        const int longest = 7 * 24 * 60;
        return Number(limits, "planMinutes", "limits.planMinutes", 0) switch
        {
            0 when limits.ValueKind != JsonValueKind.Object || !limits.TryGetProperty("planMinutes", out _) => null,
            > 0 and <= longest and var minutes => minutes,
            _ => throw Error("limits.planMinutes", "must be from 1 to 10080 (a week)"),
        };
    }

    private List<PolicyApprover> Approvers(JsonElement root)
    {
        List<PolicyApprover> approvers = [];
        foreach (JsonElement item in Items(root, "approvers", "approvers"))
        {
            Keys(item, "approvers.", "name", "key");
            string name = Text(item, "name", "approvers.name");
            if (!ApprovalNames.IsName(name) || approvers.Exists(other => other.Name == name))
            {
                throw Error("approvers.name", $"is '{name}', which is no name (letters, digits, . - _) or is there twice");
            }

            approvers.Add(PolicyApprover.Read(name, Text(item, "key", "approvers.key"))
                ?? throw Error("approvers.key", $"of '{name}' is no public key; prox policy new-key makes one"));
        }

        return approvers;
    }

    private string Text(JsonElement item, string name, string key) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Error(key, "must be a text");

    private static OperationClass Class(JsonProperty member) =>
        OperationCatalogue.TryParseClass(member.Name, out OperationClass kind) ? kind : OperationClass.Privileged;

    private ApprovalKind Approval(JsonProperty member) => member.Value.GetString() switch
    {
        "none" => ApprovalKind.None,
        "elicitation" => ApprovalKind.Elicitation,
        "elicitation-url" => ApprovalKind.ElicitationUrl,
        "prompt" => ApprovalKind.Prompt,
        "second-principal" => ApprovalKind.SecondPrincipal,
        _ => throw Error($"approval.{member.Name}", "must be none, elicitation, elicitation-url, prompt or second-principal"),
    };

    private JsonElement Section(JsonElement root, string name, params string[] keys)
    {
        if (!root.TryGetProperty(name, out JsonElement section))
        {
            return default;
        }

        Keys(section, name + ".", keys);
        return section;
    }

    private void Keys(JsonElement element, string prefix, params string[] keys)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Error(prefix.TrimEnd('.'), "must be an object");
        }

        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (!keys.Contains(member.Name, StringComparer.Ordinal))
            {
                throw Error(prefix + member.Name, $"is no key of a policy; there are {string.Join(", ", keys)}");
            }
        }
    }

    private int Number(JsonElement section, string name, string key, int otherwise)
    {
        if (section.ValueKind != JsonValueKind.Object || !section.TryGetProperty(name, out JsonElement value))
        {
            return otherwise;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= 0
            ? number
            : throw Error(key, "must be a whole number of 0 or more");
    }

    private HashSet<string>? Words(JsonElement section, string name, string key, StringComparer comparer)
    {
        if (section.ValueKind != JsonValueKind.Object || !section.TryGetProperty(name, out _))
        {
            return null;
        }

        return Items(section, name, key)
            .Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Error(key, "must be a list of texts"))
            .ToHashSet(comparer);
    }

    private List<VmidRange>? Ranges(JsonElement section, string key) => Words(section, "vmids", key, StringComparer.Ordinal)
        ?.Select(word => VmidRange.TryParse(word, out VmidRange range)
            ? PolicyWords.HasGuests(range) ? range : throw Error(key, $"has '{word}', and numbers go from 1 to 999999999")
            : throw Error(key, $"has '{word}'; write \"100\" or \"100-199\""))
        .ToList();

    private IEnumerable<JsonElement> Items(JsonElement section, string name, string key)
    {
        if (section.ValueKind != JsonValueKind.Object || !section.TryGetProperty(name, out JsonElement list))
        {
            return [];
        }

        return list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : throw Error(key, "must be a list");
    }

    private Func<string, GuardRefusedException> Fault(string key) => what => Error(key, what);

    private GuardRefusedException Error(string key, string what) =>
        new("policy", $"The policy {source} is not understood, so everything is refused: {(key.Length == 0 ? "it" : $"'{key}'")} {what}.");
}
