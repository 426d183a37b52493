namespace ProxSharp.Simulator.Access;

/// <summary>Counts a user's wrong second factors. Too many lock the one-time passwords, far too many lock all factors for an hour.</summary>
internal sealed class FactorLimits
{
    // Proxmox: the limits are fixed in the server.
    private const int WrongCodes = 8;
    private const int WrongFactors = 100;

    private static readonly TimeSpan s_lockTime = TimeSpan.FromHours(1);

    private int _wrongCodes;
    private int _wrongFactors;

    /// <summary>True until a recovery key is used or an administrator unlocks it.</summary>
    public bool IsTotpLocked { get; private set; }

    /// <summary>When factors are accepted again; null if they never were locked.</summary>
    public DateTimeOffset? LockedUntil { get; private set; }

    public bool IsLocked(DateTimeOffset now) => LockedUntil > now;

    public void Failed(string kind, DateTimeOffset now)
    {
        if (kind == "totp" && ++_wrongCodes >= WrongCodes)
        {
            IsTotpLocked = true;
        }

        if (++_wrongFactors >= WrongFactors)
        {
            _wrongFactors = 0;
            LockedUntil = now + s_lockTime;
        }
    }

    /// <summary>Starts to count anew; only one-time passwords that are not locked and recovery keys get this far.</summary>
    public void Succeeded()
    {
        (_wrongCodes, _wrongFactors) = (0, 0);
        (IsTotpLocked, LockedUntil) = (false, null);
    }

    /// <summary>Lifts the locks; false if there were none.</summary>
    public bool Unlock(DateTimeOffset now)
    {
        bool wasLocked = IsTotpLocked || IsLocked(now);
        Succeeded();
        return wasLocked;
    }
}
