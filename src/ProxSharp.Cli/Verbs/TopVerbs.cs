using ProxSharp.Cli.Consoles;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Live;
using ProxSharp.Cli.Verbs.Nouns;

namespace ProxSharp.Cli.Verbs;

/// <summary>Verbs that stand by themselves, without a noun.</summary>
internal static class TopVerbs
{
    /// <summary>All of them, each with the way to build it.</summary>
    public static readonly IReadOnlyList<Func<Verb>> All =
        [TopVerb.Make, EventsVerb.Make, DoctorVerb.Make, ConsoleVerb.Make, VncVerb.Make, SpiceVerb.Make, StateVerbs.Export, StateVerbs.Diff, StateVerbs.Apply,
         ApproveVerb.Make, BackVerbs.Undo, BackVerbs.Retire, FreezeVerbs.Freeze, FreezeVerbs.Unfreeze];
}
