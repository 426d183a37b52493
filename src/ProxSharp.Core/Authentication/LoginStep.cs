namespace ProxSharp.Authentication;

/// <summary>What a login request sends as the password.</summary>
internal enum LoginStep
{
    /// <summary>The password.</summary>
    Password,

    /// <summary>The response to the second factor's challenge.</summary>
    SecondFactor,

    /// <summary>A ticket that is still good.</summary>
    Renewal,
}
