namespace ProxSharp.Operations.Policies;

/// <summary>Who must agree to a plan before it is applied. The order of the values is the order of strength.</summary>
public enum ApprovalKind
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>The person at the agent's program, asked by the server and answered outside of the agent's arguments.</summary>
    Elicitation,

    /// <summary>The person at the agent's program, who is sent to a page of the server and answers there, past that program.</summary>
    ElicitationUrl,

    /// <summary>A person at a terminal who types the name of the target.</summary>
    Prompt,

    /// <summary>Another user of the system, or the holder of another key.</summary>
    SecondPrincipal,
}
