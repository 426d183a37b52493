using System.CommandLine;
using ProxSharp.Api;
using ProxSharp.Cli.Commands;

namespace ProxSharp.Cli.Verbs;

/// <summary>What is done with the things of a noun, described: help, completion, the command tree and the rules for changes all come from here.</summary>
/// <param name="name">The word.</param>
/// <param name="summary">What it does, in one sentence.</param>
/// <param name="class">Whether it reads, changes or destroys.</param>
/// <param name="run">Does it; returns one of the exit codes.</param>
internal sealed class Verb(string name, string summary, VerbClass @class, Func<VerbRun, CancellationToken, Task<int>> run)
{
    /// <summary>The word.</summary>
    public string Name { get; } = name;

    /// <summary>What it does, in one sentence.</summary>
    public string Summary { get; } = summary;

    /// <summary>Whether it reads, changes or destroys.</summary>
    public VerbClass Class { get; } = @class;

    /// <summary>Other words for it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Further paragraphs of the help; null if the summary says all.</summary>
    public string? Details { get; init; }

    /// <summary>At least two command lines.</summary>
    public required IReadOnlyList<CommandExample> Examples { get; init; }

    /// <summary>The calls it makes, for example <c>POST /nodes/{node}/qemu</c>.</summary>
    public IReadOnlyList<string> Calls { get; init; } = [];

    /// <summary>True if no plan can make its calls, because what one of them answers is shown once: it runs where no policy is.</summary>
    public bool IsNeverPlanned { get; init; }

    /// <summary>True if it makes or applies a plan of its own, which is no part of another one.</summary>
    public bool MakesPlans { get; init; }

    /// <summary>True if a verb that follows from the schema may make the same calls.</summary>
    public bool SharesCalls { get; init; }

    /// <summary>The arguments in their order.</summary>
    public IReadOnlyList<Argument> Arguments { get; init; } = [];

    /// <summary>The verb's own options.</summary>
    public IReadOnlyList<Option> Options { get; init; } = [];

    /// <summary>Those of its options without which no server takes the call.</summary>
    public IReadOnlyList<Option> Needed { get; init; } = [];

    /// <summary>Tells the parameters of its call that were typed; null for a verb whose options have no such names.</summary>
    public Func<VerbRun, ApiParameters>? Typed { get; init; }

    /// <summary>Options that are understood but not shown, such as the many numbers of <c>--net0</c>.</summary>
    public IReadOnlyList<Option> HiddenOptions { get; init; } = [];

    /// <summary>The options that come with what it is, such as <c>--dry-run</c>.</summary>
    public VerbTraits Traits { get; init; } = @class == VerbClass.Read ? VerbTraits.None : VerbTraits.DryRun | VerbTraits.Waits;

    /// <summary>True if it was not written by hand but follows from the schema.</summary>
    public bool IsDerived { get; init; }

    /// <summary>True if it also takes the server of a backup repository, where no context is chosen.</summary>
    public bool TakesRepository { get; set; }

    /// <summary>Does it.</summary>
    public Func<VerbRun, CancellationToken, Task<int>> Run { get; } = run;
}
