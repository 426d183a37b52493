using ProxSharp.Http;

namespace ProxSharp.Api;

/// <summary>One parameter of a call.</summary>
/// <param name="Name">The wire name; for an indexed parameter with its index, such as <c>net0</c>.</param>
/// <param name="Text">The value in wire form.</param>
/// <param name="Kind">The type in which it was given.</param>
/// <param name="IsListItem">True if it is one item of a list parameter: the name repeats for each item.</param>
public readonly record struct ApiParameter(string Name, string Text, ApiParameterKind Kind, bool IsListItem)
{
    /// <summary>Returns name and value; a value that is a secret by its name is masked.</summary>
    public override string ToString() => $"{Name}={Secrets.Show(Name, Text)}";
}
