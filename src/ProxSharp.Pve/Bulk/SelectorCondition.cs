using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Bulk;

/// <summary>A condition that all chosen guests meet. Pure.</summary>
/// <param name="Text">The condition as it was written.</param>
/// <param name="IsAboutTemplates">True if it says which templates are wanted.</param>
/// <param name="Names">True if it names something that may not be there: a node, tag or pool. A state that no guest is in just now is no mistake.</param>
/// <param name="Fits">Tells whether a guest meets it, with or without regard to case.</param>
internal sealed record SelectorCondition(string Text, bool IsAboutTemplates, bool Names, Func<GuestSummary, LetterCase, bool> Fits)
{
    /// <summary>True if it says in which state guests are.</summary>
    public bool IsAboutStates { get; init; }

    /// <summary>Reads a condition.</summary>
    /// <param name="text">The whole word.</param>
    /// <param name="key">What stands before the sign.</param>
    /// <param name="value">What stands behind it.</param>
    /// <param name="error">What is wrong; null if nothing is.</param>
    public static SelectorCondition? Read(string text, string key, string value, out string? error)
    {
        error = null;
        switch (key.ToLowerInvariant(), value.ToLowerInvariant())
        {
            case ("status", "running" or "stopped" or "unknown"):
                return new SelectorCondition(text, false, false, (guest, _) => string.Equals(guest.Status.Value, value, StringComparison.OrdinalIgnoreCase))
                {
                    IsAboutStates = true,
                };
            case ("status", _):
                error = $"'{text}' names no state; write status=running, status=stopped or status=unknown";
                return null;
            case ("type", "qemu" or "vm"):
                return new SelectorCondition(text, false, false, static (guest, _) => guest.Type == GuestType.Qemu);
            case ("type", "lxc" or "ct"):
                return new SelectorCondition(text, false, false, static (guest, _) => guest.Type == GuestType.Lxc);
            case ("type", _):
                error = $"'{text}' names no kind of guest; write type=qemu or type=lxc";
                return null;
            case ("template", "yes"):
                return new SelectorCondition(text, true, false, static (guest, _) => guest.IsTemplate);
            case ("template", "no"):
                return new SelectorCondition(text, true, false, static (guest, _) => !guest.IsTemplate);
            case ("template", "any"):
                return new SelectorCondition(text, true, false, static (_, _) => true);
            case ("template", _):
                error = $"'{text}' must be template=yes, template=no or template=any";
                return null;
            case ("node" or "tag" or "pool", ""):
                error = $"'{text}' names no {key.ToLowerInvariant()}; write for example {key.ToLowerInvariant()}=name";
                return null;
            case ("node", _):
                return new SelectorCondition(text, false, true, (guest, letters) => SelectorWord.Matches(value, guest.Node, letters));
            case ("tag", _):
                return new SelectorCondition(text, false, true, (guest, letters) => guest.Tags.Any(tag => SelectorWord.Matches(value, tag, letters)));
            case ("pool", _):
                return new SelectorCondition(text, false, true, (guest, letters) => SelectorWord.Matches(value, guest.Pool, letters));
            default:
                error = $"there is no condition '{key}'; there are status=, type=, node=, tag=, pool= and template=";
                return null;
        }
    }
}
