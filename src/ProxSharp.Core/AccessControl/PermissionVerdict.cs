using System.Text;

namespace ProxSharp.AccessControl;

/// <summary>Whether the caller may do something, and what is missing if not.</summary>
public sealed record PermissionVerdict
{
    /// <summary>The user or API token that was looked at, for example <c>root@pam!ci</c>.</summary>
    public required string Caller { get; init; }

    /// <summary>What was asked for: verb and path of a call, or privileges on a path.</summary>
    public required string Subject { get; init; }

    /// <summary>True if every check that the API declares passes.</summary>
    public required bool IsAllowed { get; init; }

    /// <summary>
    /// True if the server applies a further rule that the API declares in prose only, such as privileges on a storage that a parameter names: then
    /// <see cref="IsAllowed"/> is no promise.
    /// </summary>
    public bool ServerChecksMore { get; init; }

    /// <summary>True if only <c>root@pam</c>, logged in with a password, may make the call.</summary>
    public bool NeedsRoot { get; init; }

    /// <summary>True if the call refuses API tokens, whatever they hold: only a login with user name and password may make it.</summary>
    public bool NeedsTicket { get; init; }

    /// <summary>What the caller lacks. Where there are several ways to be allowed, the one that needs the least is given.</summary>
    public IReadOnlyList<PermissionRequirement> Missing { get; init; } = [];

    /// <summary>Whether privilege separation is why an API token lacks it.</summary>
    public TokenLimit TokenLimit { get; init; }

    /// <summary>The verdict in words, with the next step.</summary>
    public string Explanation
    {
        get
        {
            StringBuilder text = new();
            string kind = Caller.Contains('!', StringComparison.Ordinal) ? "The API token" : "The user";
            text.Append(kind).Append(' ').Append(Caller);
            if (IsAllowed)
            {
                return text.Append(" may ").Append(Subject).Append(ServerChecksMore ? "; the server may check more." : ".").ToString();
            }

            if (NeedsRoot)
            {
                return text.Append(" may not ").Append(Subject).Append(": only root@pam may, logged in with its password; API tokens never.").ToString();
            }

            if (NeedsTicket)
            {
                return text.Append(" may not ").Append(Subject).Append(": this call refuses API tokens. Log in with a user name and password.").ToString();
            }

            text.Append(" lacks ").AppendJoin(", ", Missing).Append(". ").Append(Reason);
            return text.ToString();
        }
    }

    private string Reason => TokenLimit switch
    {
        TokenLimit.Separated => "Its user has it; privilege separation is on, so grant it to the token as well.",
        TokenLimit.UserLacksItToo => "Its user lacks it too: grant it to both.",
        TokenLimit.Unknown => "If privilege separation is on, both the token and its user need it.",
        _ => "Grant a role that holds it on that path or above.",
    };

    /// <summary>Returns the <see cref="Explanation"/>.</summary>
    public override string ToString() => Explanation;
}
