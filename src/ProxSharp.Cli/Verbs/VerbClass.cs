namespace ProxSharp.Cli.Verbs;

/// <summary>What a verb does to the server.</summary>
internal enum VerbClass
{
    /// <summary>It only reads.</summary>
    Read,

    /// <summary>It changes something that can be changed back.</summary>
    Change,

    /// <summary>It destroys something: there is no way back. It is confirmed, and it takes one object unless told otherwise.</summary>
    Destructive,
}
