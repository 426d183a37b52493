using System.Collections.ObjectModel;
using ProxSharp.Cli.Schema;

namespace ProxSharp.Cli.Output;

/// <summary>What is known about a result before it is looked at; tables, columns and the check of <c>--fields</c> use it.</summary>
internal sealed record ResultShape
{
    /// <summary>Nothing is known.</summary>
    public static readonly ResultShape Unknown = new();

    /// <summary>Members that lead a table, in this order; the others follow as they come.</summary>
    public IReadOnlyList<string> LeadingFields { get; init; } = [];

    /// <summary>The members that a table shows if nobody chose; empty for all. <c>-o wide</c> shows all.</summary>
    public IReadOnlyList<string> TableFields { get; init; } = [];

    /// <summary>Bars that a table shows in a terminal if nobody chose.</summary>
    public IReadOnlyList<Gauge> Gauges { get; init; } = [];

    /// <summary>The first of these members to have a column goes first where there is no room for all.</summary>
    public IReadOnlyList<string> FirstToGo { get; init; } = [];

    /// <summary>Members whose columns stay however narrow the terminal is; they lead the table.</summary>
    public IReadOnlyList<string> KeptFields { get; init; } = [];

    /// <summary>The member that names an item, for <c>-o name</c>; null takes the first of the usual ones.</summary>
    public string? NameField { get; init; }

    /// <summary>What a result is about that is one thing, for <c>-o name</c>: it need not say so itself. Null leaves it to its members.</summary>
    public string? Subject { get; init; }

    /// <summary>Names that no other command takes: <c>-o name</c> leaves out the items that have them.</summary>
    public IReadOnlyList<string> NoNames { get; init; } = [];

    /// <summary>True if several items may be the same thing seen from several places: <c>-o name</c> names it once.</summary>
    public bool NamesOnce { get; init; }

    /// <summary>Members that may be there even if no item has them now.</summary>
    public IReadOnlyCollection<string> KnownFields { get; init; } = [];

    /// <summary>True if no item ever has other members: a name that is none of them is a slip, also where the list is empty.</summary>
    public bool IsClosed { get; init; }

    /// <summary>Tells whether a member may be in the result, whatever there is at the moment.</summary>
    /// <param name="field">The member.</param>
    public bool Knows(string field) => KnownFields.Contains(field) || LeadingFields.Contains(field) || TableFields.Contains(field)
        || KnownFields.Contains(NumberedName.Family(field));

    /// <summary>The members that may be in the result, without families such as <c>net[n]</c>, of which one has what one has.</summary>
    public IEnumerable<string> SingleFields => KnownFields.Where(static name => !NumberedName.IsFamily(name));

    /// <summary>A field whose texts are never cut, because they differ at the end; where they do not fit they go on in further lines. Null if there
    /// is none.</summary>
    public string? WholeField { get; init; }

    /// <summary>How the server's own interface shows a member, for example <c>bytes</c>.</summary>
    public IReadOnlyDictionary<string, string> Renderers { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
