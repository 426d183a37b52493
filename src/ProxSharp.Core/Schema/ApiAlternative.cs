namespace ProxSharp.Schema;

/// <summary>One form that a value may take, chosen by the value of another member.</summary>
/// <param name="Values">The values of the choosing member for which this form holds.</param>
/// <param name="Node">The form.</param>
public sealed record ApiAlternative(IReadOnlyList<string> Values, ApiNode Node);
