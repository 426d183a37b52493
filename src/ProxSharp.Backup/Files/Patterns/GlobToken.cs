namespace ProxSharp.Backup.Files.Patterns;

/// <summary>One step of a compiled glob.</summary>
/// <param name="Kind">What it takes.</param>
/// <param name="Literal">The byte of a literal.</param>
/// <param name="Class">The bytes of a class: one flag for each of the 256.</param>
internal readonly record struct GlobToken(GlobTokenKind Kind, byte Literal = 0, bool[]? Class = null)
{
    /// <summary>Whether the step can take nothing, and how many steps are left out then.</summary>
    internal int Skips => Kind switch
    {
        GlobTokenKind.Run or GlobTokenKind.Anything => 1,
        GlobTokenKind.Components => 2,
        _ => 0,
    };
}
