using ProxSharp.Mcp.Tools;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Sites;

/// <summary>The contexts that are served.</summary>
internal sealed class AgentSites(IReadOnlyList<AgentSite> all)
{
    // As many digits of a plan's name as are shown where the whole is not.
    private const int ShortPlan = 12;

    public IReadOnlyList<AgentSite> All { get; } = all;

    public bool HasSeveral => All.Count > 1;

    public bool Has(ProxmoxProduct product) => All.Any(site => site.Product == product);

    /// <summary>The context that a call names, else the first of the product.</summary>
    /// <exception cref="ToolException">There is no such context, or it is of another product.</exception>
    public AgentSite For(ToolCall call, ProxmoxProduct? product = null)
    {
        if (call.Text("context") is not { } name)
        {
            return All.First(site => product is null || site.Product == product);
        }

        AgentSite site = All.FirstOrDefault(candidate => candidate.Name == name)
            ?? throw new ToolException("usage", $"There is no context '{name}'; there are: {string.Join(", ", All.Select(static each => each.Name))}.");
        return product is null || site.Product == product
            ? site
            : throw new ToolException(
                "usage", $"The context '{name}' is of the other product; this tool is for {(site.IsBackup ? "Proxmox VE" : "Proxmox Backup Server")}.");
    }

    /// <summary>The context that a call names, else all.</summary>
    public IReadOnlyList<AgentSite> Asked(ToolCall call) => call.Has("context") ? [For(call)] : All;

    /// <summary>Says which context an answer is about, if the call named none and there are others: nobody is to take it for an answer about all.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="call">The call.</param>
    /// <param name="site">What it is about.</param>
    /// <param name="product">The product that the tool is for; null for both.</param>
    public ToolAnswer Told(ToolAnswer answer, ToolCall call, AgentSite site, ProxmoxProduct? product = null)
    {
        string[] others = [.. All.Where(other => other != site && (product is null || other.Product == product)).Select(static other => $"context={other.Name}")];
        return call.Has("context") || others.Length == 0 ? answer : Rows.WithNote(answer, $"of {site.Name}; ask for others with {string.Join(" or ", others)}");
    }

    /// <summary>The whole name of a plan whose beginning is given, as refusals and lists show it. What no plan begins with stays as it is.</summary>
    /// <exception cref="GuardRefusedException">Several plans begin so.</exception>
    public string PlanNamed(string start)
    {
        string[] found = start.Length < ShortPlan ? [] : [.. All.SelectMany(site => site.Plans.Starting(start)).Distinct(StringComparer.Ordinal)];
        return found.Length > 1
            ? throw new GuardRefusedException("unknown-plan", "Several plans start so: give more digits.")
            : found.Length == 1 ? found[0] : start;
    }

    /// <summary>The context in which a plan was made; null if there is no such plan. Contexts under one policy of the machine keep their plans together.</summary>
    public AgentSite? WithPlan(string id)
    {
        AgentSite[] holders = [.. All.Where(site => site.Plans.Has(id))];
        return holders.Length < 2
            ? holders.FirstOrDefault()
            : holders.FirstOrDefault(site => site.Plans.Load(id).Context.StartsWith($"{site.Name} ", StringComparison.Ordinal)) ?? holders[0];
    }

    /// <summary>The context that a call names, else the only one whose ledger has an entry. Each ledger counts for itself: the same number means something else elsewhere.</summary>
    /// <exception cref="ToolException">No context is named, and several have such an entry.</exception>
    /// <exception cref="GuardRefusedException">No context is named, and none has such an entry.</exception>
    public AgentSite WithEntry(ToolCall call, int number)
    {
        if (!HasSeveral || call.Has("context"))
        {
            return For(call);
        }

        AgentSite[] holders = [.. All.Where(site => site.Ledger.Show(number) is { } entry && (WithPlan(entry.PlanId) ?? site) == site)];
        string names = string.Join(" and ", holders.Select(static site => site.Name));
        return holders.Length switch
        {
            1 => holders[0],
            0 => throw new GuardRefusedException("unknown-entry", $"No context has an entry {number} in its ledger. audit_list shows what there is."),
            _ => throw new ToolException(
                "usage",
                $"There is an entry {number} in {names}, each for another change: say which is meant with the argument 'context', as audit_list shows it."),
        };
    }
}
