using ProxSharp.Ids;

namespace ProxSharp.Pve.Agents;

/// <summary>Recognises that an agent is not there, and says what to do.</summary>
internal static class AgentErrors
{
    /// <summary>Makes the exception for an agent that is not there; null if something else is wrong.</summary>
    public static GuestAgentUnavailableException? Absence(VmId id, ProxmoxApiException exception)
    {
        string said = exception.ServerMessage;
        if (exception is GuestAgentUnavailableException)
        {
            return null;
        }

        if (said.Contains("guest agent is not running", StringComparison.OrdinalIgnoreCase))
        {
            return new GuestAgentUnavailableException(
                $"The guest agent of VM {id} does not answer. Install and start qemu-guest-agent inside the guest; while it "
                    + $"boots, wait a moment.", true, exception);
        }

        if (said.Contains("No QEMU guest agent configured", StringComparison.OrdinalIgnoreCase))
        {
            return new GuestAgentUnavailableException(
                $"VM {id} has no guest agent: set its option 'agent' to 1, stop and start the machine, and install "
                    + $"qemu-guest-agent inside the guest.", false, exception);
        }

        return IsMachineOff(said)
            ? new GuestAgentUnavailableException(
                $"The guest agent of VM {id} does not answer because the machine is not running: start it first.", false, exception)
            : null;
    }

    /// <summary>True if a server's message says that the machine itself does not run.</summary>
    public static bool IsMachineOff(string said) =>
        said.StartsWith("VM ", StringComparison.Ordinal) && said.EndsWith("is not running", StringComparison.Ordinal);
}
