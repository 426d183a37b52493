namespace ProxSharp.Operations.Plans;

/// <summary>A call that takes one call of a plan back.</summary>
/// <param name="Of">The place of that call in the plan, from 0.</param>
/// <param name="Call">The way back.</param>
internal sealed record UndoStep(int Of, PlannedCall Call);
