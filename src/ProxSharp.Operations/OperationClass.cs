namespace ProxSharp.Operations;

/// <summary>How much harm an operation can do. The order of the values is the order of severity.</summary>
public enum OperationClass
{
    /// <summary>It changes nothing.</summary>
    Read,

    /// <summary>It can be taken back and interrupts nothing.</summary>
    Reversible,

    /// <summary>It interrupts a service, and no data is lost.</summary>
    Disruptive,

    /// <summary>Data or a way back to them is lost.</summary>
    Destructive,

    /// <summary>It changes who may do what, the host itself, or it hands out secrets.</summary>
    Privileged,

    /// <summary>It runs commands or reads files inside a guest or on a host.</summary>
    Exec,
}
