using ProxSharp.Ids;

namespace ProxSharp.Cli.Contexts;

/// <summary>Tells whether a text names somebody to log in as. The rules are strict: what people paste may hold the secret as well.</summary>
internal static class LoginNames
{
    /// <summary>True for <c>user@realm!token</c>, without a secret behind it.</summary>
    public static bool IsTokenId(string text)
    {
        int mark = text.IndexOf('!', StringComparison.Ordinal);
        return mark > 0 && !text.AsSpan(mark).ContainsAny("=:@") && text.LastIndexOf('!') == mark && TokenId.TryParse(text, out _);
    }

    /// <summary>True for <c>name@realm</c>.</summary>
    public static bool IsUser(string text) => !text.Contains('!', StringComparison.Ordinal) && UserId.TryParse(text, out _);
}
