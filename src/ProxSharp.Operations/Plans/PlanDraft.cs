using System.Text.Json;

namespace ProxSharp.Operations.Plans;

/// <summary>What the planner makes of calls at the present state of the server: all that a plan says, but its name and its time.</summary>
internal sealed record PlanDraft(
    IReadOnlyList<PlannedCall> Calls,
    IReadOnlyList<PlanTarget> Targets,
    IReadOnlyList<UndoStep> Undo,
    IReadOnlyList<string> Consequences)
{
    /// <summary>The places, from 0, of the calls that lose something for good, or have no way back although others of their kind have one.</summary>
    public IReadOnlyList<int> Final { get; init; } = [];

    /// <summary>The plan that this one takes back; null for none.</summary>
    public string? Undoes { get; init; }

    /// <summary>What others have set since, in words, and what the plan overwrites all the same; empty unless somebody has wished so.</summary>
    public IReadOnlyList<string> Overwrites { get; init; } = [];

    /// <summary>The retirements that the plan brings to their end; empty for none.</summary>
    public IReadOnlyList<PlanPurge> Purges { get; init; } = [];

    /// <summary>What each call acts on as it was read, undefined where nothing was; no part of the plan's file.</summary>
    public IReadOnlyList<JsonElement> Before { get; init; } = [];

    /// <summary>The guests whose protection came from the retirement that is taken back, or purged.</summary>
    public IReadOnlyList<string> Released { get; init; } = [];
}
