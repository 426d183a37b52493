namespace ProxSharp.Validation;

/// <summary>One complaint about a parameter.</summary>
/// <param name="Parameter">The wire name; items of a list are written <c>name[0]</c>.</param>
/// <param name="Text">What is wrong, in the words of the server.</param>
public readonly record struct ParameterError(string Parameter, string Text);
