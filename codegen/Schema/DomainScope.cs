namespace ProxSharp.CodeGen.Schema;

/// <summary>A handle of the domain layer that stands for a path: what is below it becomes part of the handle.</summary>
/// <param name="Class">The class of the handle, for example <c>Node</c>.</param>
/// <param name="Path">The path that the handle stands for, placeholders included.</param>
/// <param name="Bind">The members of the handle that give its path parameters, in the order of the path.</param>
/// <param name="Skip">Paths, with all that is below them, or single endpoints (verb and path) that are written by hand.</param>
internal sealed record DomainScope(string Class, string Path, IReadOnlyList<string> Bind, IReadOnlySet<string> Skip)
{
    /// <summary>The path parameters that the handle knows.</summary>
    public int BoundParameters { get; } = Path.Count(static character => character == '{');

    /// <summary>Tells whether a path or endpoint is left to be written by hand.</summary>
    public bool Skips(string method, string path) =>
        Skip.Contains($"{method} {path}") || Skip.Any(skipped => path == skipped || path.StartsWith(skipped + "/", StringComparison.Ordinal));
}
