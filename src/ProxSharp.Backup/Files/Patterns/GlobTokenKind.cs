namespace ProxSharp.Backup.Files.Patterns;

/// <summary>What a step of a glob takes.</summary>
internal enum GlobTokenKind
{
    /// <summary>One certain byte.</summary>
    Literal,

    /// <summary>One byte but a slash.</summary>
    One,

    /// <summary>One byte of a class.</summary>
    Class,

    /// <summary>Any bytes but slashes.</summary>
    Run,

    /// <summary>Any bytes.</summary>
    Anything,

    /// <summary>Any number of path components, each with its slash; always followed by <see cref="Component"/>.</summary>
    Components,

    /// <summary>The rest of a component and its slash, then <see cref="Components"/> again.</summary>
    Component,
}
