namespace ProxSharp.Operations.Policies;

/// <summary>
/// Values that are understood and can hardly be meant. They refuse nothing by themselves: a limit of 0 is one way to stop an agent, and a rule for programs may
/// be there before the programs are.
/// </summary>
internal static class PolicyOddities
{
    // Proxmox: new guests get no number below it, and only very old ones have one.
    private const int LeastVmid = 100;

    /// <summary>The keys, each with what its value means.</summary>
    public static Dictionary<string, string> Find(GuardPolicy policy)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        AddLimit(found, "limits.targetsPerPlan", policy.TargetsPerPlan, "no plan may change anything");
        AddLimit(found, "limits.mutationsPerHour", policy.MutationsPerHour, "no call of a plan may be made in any hour");
        AddLimit(found, "limits.concurrentTasks", policy.ConcurrentTasks, "no call of a plan may be under way");
        AddExec(found, policy);
        for (int i = 0; i < policy.Rules.Count; i++)
        {
            AddVmids(found, $"allow[{JsonTexts.Number(i + 1)}].vmids", policy.Rules[i].Vmids ?? []);
        }

        AddVmids(found, "protect.vmids", policy.ProtectedVmids);
        return found;
    }

    /// <summary>The keys that name what a caller does not see on the server, each with what it names: such an entry matches nothing.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="pools">The pools that are seen.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="vmids">The numbers of the guests that are seen.</param>
    public static Dictionary<string, string> FindAbsent(
        GuardPolicy policy, IReadOnlyCollection<string> pools, IReadOnlyCollection<string> nodes, IReadOnlyCollection<int> vmids)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        for (int i = 0; i < policy.Rules.Count; i++)
        {
            string rule = $"allow[{JsonTexts.Number(i + 1)}]";
            AllowRule allowed = policy.Rules[i];
            AddNames(found, $"{rule}.pools", "pool", allowed.Pools, pools);
            AddNames(found, $"{rule}.nodes", "node", allowed.Nodes, nodes);

            // A range may be for guests that are still to be made.
            AddNumbers(found, $"{rule}.vmids", (allowed.Vmids ?? []).Where(static range => range.First == range.Last), vmids);
        }

        AddNames(found, "protect.pools", "pool", policy.ProtectedPools, pools);
        AddNumbers(found, "protect.vmids", policy.ProtectedVmids, vmids);
        return found;
    }

    private static void AddNames(Dictionary<string, string> found, string key, string kind, IEnumerable<string>? named, IReadOnlyCollection<string> there)
    {
        string text = string.Join("; ", (named ?? []).Where(name => !there.Contains(name)).Select(name =>
            there.FirstOrDefault(other => other.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } near
                ? $"names the {kind} '{name}', which is '{near}' on the server: upper and lower case differ, so that this matches nothing"
                : $"names the {kind} '{name}', and the token sees none of that name: it is mistyped, is not there, or the token lacks the right to see it"));
        if (text.Length > 0)
        {
            found[key] = text;
        }
    }

    private static void AddNumbers(Dictionary<string, string> found, string key, IEnumerable<VmidRange> ranges, IReadOnlyCollection<int> there)
    {
        string absent = string.Join(", ", ranges.Where(range => range.Last >= LeastVmid && !there.Any(range.Contains)).Select(static range => range.ToString()));
        if (absent.Length > 0)
        {
            found[key] = $"has {absent}, and the token sees no guest of that number: it is mistyped, is not there, or the token lacks the right to see it";
        }
    }

    private static void AddLimit(Dictionary<string, string> found, string key, int value, string meaning)
    {
        if (value == 0)
        {
            found[key] = $"is 0: {meaning}, whatever the rules allow";
        }
    }

    private static void AddExec(Dictionary<string, string> found, GuardPolicy policy)
    {
        bool hasRule = policy.Rules.Any(static rule => rule.Classes.Contains(OperationClass.Exec));
        if (hasRule && !policy.ExecEnabled)
        {
            found["exec.enabled"] = "is not true, and a rule allows exec: nothing of that class can be planned";
        }
        else if (policy.ExecEnabled && !hasRule)
        {
            found["exec.enabled"] = "is true, and no rule in 'allow' has the class exec: nothing of that class can be planned";
        }
        else if (hasRule && policy.ExecTemplates.Count == 0)
        {
            found["exec.templates"] = "names no command, and a rule allows exec: no program can be run in a guest";
        }

        for (int i = 0; i < policy.ExecTemplates.Count; i++)
        {
            ExecTemplate template = policy.ExecTemplates[i];
            if (template.Values.Keys.FirstOrDefault(name => !template.Command.Contains($"{{{name}}}")) is { } idle)
            {
                found[$"exec.templates[{JsonTexts.Number(i + 1)}].values"] = $"has a pattern for '{idle}', and no argument is {{{idle}}} as a whole: it is taken as it stands";
            }
        }
    }

    private static void AddVmids(Dictionary<string, string> found, string key, IReadOnlyList<VmidRange> ranges)
    {
        string below = string.Join(", ", ranges.Where(static range => range.Last < LeastVmid).Select(static range => range.ToString()));
        if (below.Length > 0)
        {
            found[key] = $"has {below}: guests get numbers from {JsonTexts.Number(LeastVmid)} on, so that this matches none that is made today";
        }
    }
}
