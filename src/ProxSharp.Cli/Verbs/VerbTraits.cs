namespace ProxSharp.Cli.Verbs;

/// <summary>The standard options that a verb takes.</summary>
[Flags]
internal enum VerbTraits
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>--watch</c>: shows the result again and again.</summary>
    Watch = 1,

    /// <summary><c>--dry-run</c>: shows the calls and the difference, and sends nothing.</summary>
    DryRun = 2,

    /// <summary><c>--no-wait</c>, <c>--wait-timeout</c>, <c>--fail-on-warnings</c>: it may start tasks.</summary>
    Waits = 4,

    /// <summary><c>--all</c>, <c>--parallel</c>, <c>--per-node</c>, <c>--stop-on-error</c>, <c>--max</c>: it takes several guests.</summary>
    Bulk = 8,

    /// <summary><c>--yes</c>: it is confirmed.</summary>
    Confirms = 16,

    /// <summary><c>--all</c>, <c>--parallel</c>: it reads from several guests at once.</summary>
    Parallel = 32,

    /// <summary>The options of <see cref="Bulk"/> without <c>--all</c>: it changes several guests that are not named one by one.</summary>
    Limits = 64,
}
