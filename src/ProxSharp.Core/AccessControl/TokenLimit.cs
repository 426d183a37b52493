namespace ProxSharp.AccessControl;

/// <summary>Whether privilege separation is why an API token lacks something.</summary>
public enum TokenLimit
{
    /// <summary>The caller is no API token, or nothing is missing.</summary>
    None,

    /// <summary>The token's user has what the token lacks: the token's privileges are separated and need entries of their own.</summary>
    Separated,

    /// <summary>The token's user lacks it too.</summary>
    UserLacksItToo,

    /// <summary>The token may not see what its user has, so the reason stays open.</summary>
    Unknown,
}
