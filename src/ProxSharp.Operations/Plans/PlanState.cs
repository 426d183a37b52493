namespace ProxSharp.Operations.Plans;

/// <summary>Whether a plan can still be applied.</summary>
public enum PlanState
{
    /// <summary>It can be, if everything is as it was.</summary>
    Open,

    /// <summary>It was applied, or somebody tried to.</summary>
    Used,

    /// <summary>Its time is over.</summary>
    Expired,
}
