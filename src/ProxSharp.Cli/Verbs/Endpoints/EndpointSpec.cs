using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>A verb that is one call of the API: everything else follows from the schema.</summary>
internal sealed class EndpointSpec(string name, string call, string summary)
{
    /// <summary>The word.</summary>
    public string Name { get; } = name;

    /// <summary>The call, for example <c>POST /nodes/{node}/qemu/{vmid}/clone</c>.</summary>
    public string Call { get; } = call;

    /// <summary>What it does, in one sentence.</summary>
    public string Summary { get; } = summary;

    /// <summary>The product.</summary>
    public ProxmoxProduct Product { get; init; } = ProxmoxProduct.VirtualEnvironment;

    /// <summary>What it does to the server; null takes what the catalogue of operations says.</summary>
    public VerbClass? Class { get; init; }

    /// <summary>At least two command lines.</summary>
    public required IReadOnlyList<CommandExample> Examples { get; init; }

    /// <summary>Further paragraphs of the help.</summary>
    public string? Details { get; init; }

    /// <summary>Other words for it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Parameters of the call that are arguments behind those of the path, in this order.</summary>
    public IReadOnlyList<string> Positional { get; init; } = [];

    /// <summary>A parameter that is an option, and may stand behind the arguments all the same; null if there is none.</summary>
    public string? Doubled { get; init; }

    /// <summary>True if the call starts nothing whose end could be waited for: it notes a wish that somebody else acts on.</summary>
    public bool OnlyAsks { get; init; }

    /// <summary>True if a parameter that names the new or the meant item is an argument too.</summary>
    public bool NamesItem { get; init; }

    /// <summary>Parameters of the call that are not offered.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>Parameters that the call requires and the verb chooses where nobody gives them.</summary>
    public IReadOnlyList<string> Chosen { get; init; } = [];

    /// <summary>Parameters with a value of their own.</summary>
    public IReadOnlyList<(string Name, string Value)> Fixed { get; init; } = [];

    /// <summary>How the node is found.</summary>
    public NodeRule Node { get; init; } = NodeRule.Argument;

    /// <summary>Words for the node that is taken where nobody names one; null if they follow from the rule.</summary>
    public string? DefaultNode { get; init; }

    /// <summary>True if the description follows from the schema.</summary>
    public bool IsDerived { get; init; }

    /// <summary>The columns of tables; empty for all.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The member that names an item.</summary>
    public string? NameField { get; init; }

    /// <summary>Names in a list that no other command takes.</summary>
    public IReadOnlyList<string> NoNames { get; init; } = [];

    /// <summary>Tells why there is nothing to do for a guest; null if there is.</summary>
    public Func<GuestSummary, string?>? Skip { get; init; }

    /// <summary>Tells why it cannot be done with a guest as it is; null if it can.</summary>
    public Func<GuestSummary, GuestObstacle?>? Obstacle { get; init; }

    /// <summary>Tells why a call would change nothing about a guest; null if it would.</summary>
    public Func<GuestSummary, ApiParameters, string?>? Unneeded { get; init; }

    /// <summary>Tells why the server is certain to refuse the call for a guest as it is now; null if it may be carried out.</summary>
    public Func<GuestSummary, ApiParameters, string?>? Refusal { get; init; }

    /// <summary>Says of templates that a selection leaves out that nothing was done with them; null if nobody would miss them.</summary>
    public Func<IReadOnlyList<GuestSummary>, ApiParameters, string?>? Unchosen { get; init; }

    /// <summary>How many guests of one node at a time if nobody says; null for the usual number.</summary>
    public int? PerNode { get; init; }

    /// <summary>The parameter that names another node; null if none does.</summary>
    public string? OtherNode { get; init; }

    /// <summary>Changes the parameters for one guest; null sends them as they were typed.</summary>
    public Func<GuestSummary, ApiParameters, ApiParameters>? Adjust { get; init; }

    /// <summary>True if what is read about a guest tells its node too, which the server leaves out.</summary>
    public bool TellsNode { get; init; }

    /// <summary>True if a call without anything to change is a slip.</summary>
    public bool NeedsChange { get; init; }

    /// <summary>The name of the argument for the guests.</summary>
    public string GuestArgument { get; init; } = "guest";
}
