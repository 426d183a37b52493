namespace ProxSharp.Simulator.Consoles;

/// <summary>What is spoken on a simulated console.</summary>
public enum ConsoleKind
{
    /// <summary>A terminal: text with a resize message and keep-alives.</summary>
    Terminal,

    /// <summary>A screen: the RFB protocol of VNC.</summary>
    Vnc,
}
