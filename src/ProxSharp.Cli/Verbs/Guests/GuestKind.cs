namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>Which guests a verb is about.</summary>
internal enum GuestKind
{
    /// <summary>Virtual machines.</summary>
    Vm,

    /// <summary>Containers.</summary>
    Container,

    /// <summary>Both.</summary>
    Any,
}
