using System.Text.Json;

namespace ProxSharp.Operations.Policies;

/// <summary>Writes policies in the form in which they are read.</summary>
internal static class PolicyWriter
{
    private static readonly OperationClass[] s_approved =
        [OperationClass.Reversible, OperationClass.Disruptive, OperationClass.Destructive, OperationClass.Privileged, OperationClass.Exec];

    public static void Write(Utf8JsonWriter json, GuardPolicy policy)
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        WriteList(json, "allow", policy.Rules, WriteRule);
        json.WriteStartObject("protect");
        WriteWords(json, "tags", policy.ProtectedTags);
        WriteWords(json, "pools", policy.ProtectedPools);
        WriteWords(json, "vmids", policy.ProtectedVmids.Select(static range => range.ToString()));
        json.WriteEndObject();
        json.WriteStartObject("limits");
        json.WriteNumber("targetsPerPlan", policy.TargetsPerPlan);
        json.WriteNumber("mutationsPerHour", policy.MutationsPerHour);
        json.WriteNumber("concurrentTasks", policy.ConcurrentTasks);
        if (policy.PlanMinutes is { } minutes)
        {
            json.WriteNumber("planMinutes", minutes);
        }

        json.WriteEndObject();
        json.WriteStartObject("approval");
        foreach (OperationClass kind in s_approved)
        {
            json.WriteString(OperationCatalogue.Word(kind), Word(policy.ApprovalFor(kind)));
        }

        json.WriteEndObject();
        WriteWords(json, "snapshotFirst", policy.SnapshotFirst.Count == 0 ? null : policy.SnapshotFirst.Order().Select(OperationCatalogue.Word));
        WriteList(json, "approvers", policy.Approvers, static (json, approver) => json.WriteString("name", approver.Name));
        json.WriteStartObject("exec");
        json.WriteBoolean("enabled", policy.ExecEnabled);
        WriteList(json, "templates", policy.ExecTemplates, WriteTemplate);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The word for an approval, as policies spell it.</summary>
    public static string Word(ApprovalKind kind) => kind switch
    {
        ApprovalKind.None => "none",
        ApprovalKind.Elicitation => "elicitation",
        ApprovalKind.ElicitationUrl => "elicitation-url",
        ApprovalKind.Prompt => "prompt",
        _ => "second-principal",
    };

    private static void WriteRule(Utf8JsonWriter json, AllowRule rule)
    {
        WriteWords(json, "classes", rule.Classes.Order().Select(OperationCatalogue.Word));
        WriteWords(json, "pools", rule.Pools);
        WriteWords(json, "tags", rule.Tags);
        WriteWords(json, "nodes", rule.Nodes);
        WriteWords(json, "vmids", rule.Vmids?.Select(static range => range.ToString()));
    }

    private static void WriteTemplate(Utf8JsonWriter json, ExecTemplate template)
    {
        WriteWords(json, "command", template.Command);
        json.WriteStartObject("values");
        foreach ((string name, string pattern) in template.Values.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, pattern);
        }

        json.WriteEndObject();
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteWords(Utf8JsonWriter json, string name, IEnumerable<string>? words)
    {
        if (words is null)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (string word in words)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
    }
}
