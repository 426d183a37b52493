using System.Globalization;
using System.Net;
using ProxSharp.Http;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Agents;

/// <summary>Waits until a guest has an address. Both faces share what is kept between two looks.</summary>
internal sealed class AddressWait
{
    private readonly string _guest;
    private readonly AddressWaitOptions _options;
    private readonly TimeProvider _time;
    private readonly long _start;
    private ProxmoxException? _obstacle;

    private AddressWait(string guest, AddressWaitOptions? options, TimeProvider time)
    {
        (_guest, _options, _time, _start) = (guest, options ?? new AddressWaitOptions(), time, time.GetTimestamp());
        OptionCheck.Wait(_options.Timeout, _options.Interval);
    }

    /// <summary>Looks again and again.</summary>
    /// <exception cref="TimeoutException">The guest has no such address in time.</exception>
    public static async Task<IPAddress> RunAsync(
        string guest, AddressWaitOptions? options, TimeProvider time, Func<Task<IReadOnlyList<GuestInterface>>> look, CancellationToken cancellationToken)
    {
        AddressWait wait = new(guest, options, time);
        while (true)
        {
            try
            {
                if (wait.Find(await look().ConfigureAwait(false)) is { } found)
                {
                    return found;
                }
            }
            catch (ProxmoxException exception) when (wait.Survives(exception))
            {
                // Remembered; a guest that boots answers later.
            }

            await Pause.ForAsync(wait.NextPause(), time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="RunAsync"/>
    public static IPAddress Run(
        string guest, AddressWaitOptions? options, TimeProvider time, Func<IReadOnlyList<GuestInterface>> look, CancellationToken cancellationToken)
    {
        AddressWait wait = new(guest, options, time);
        while (true)
        {
            try
            {
                if (wait.Find(look()) is { } found)
                {
                    return found;
                }
            }
            catch (ProxmoxException exception) when (wait.Survives(exception))
            {
                // Remembered; a guest that boots answers later.
            }

            Pause.For(wait.NextPause(), time, cancellationToken);
        }
    }

    private IPAddress? Find(IReadOnlyList<GuestInterface> interfaces)
    {
        _obstacle = null;
        List<GuestAddress> usable =
        [
            .. interfaces.Where(candidate => _options.Interface is null || candidate.Name == _options.Interface)
                .SelectMany(static found => found.UsableAddresses),
        ];
        GuestAddress? first = usable.Find(static address => address.IsIPv4);
        GuestAddress? second = usable.Find(static address => !address.IsIPv4);
        return (_options.Preference switch
        {
            AddressPreference.IPv4Only => first,
            AddressPreference.IPv6Only => second,
            AddressPreference.IPv6First => second ?? first,
            _ => first ?? second,
        })?.Address;
    }

    private bool Survives(ProxmoxException exception)
    {
        _obstacle = exception;

        // A machine that is off may have been told to start: who waits for its address waits for that too.
        return exception.IsTransient || exception is GuestAgentUnavailableException { ServerMessage: { } said } && AgentErrors.IsMachineOff(said);
    }

    private TimeSpan NextPause()
    {
        TimeSpan left = _options.Timeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : _options.Timeout - _time.GetElapsedTime(_start);
        if (left <= TimeSpan.Zero)
        {
            string why = _obstacle?.Message ?? "It has no address that others can reach; check its network, for example whether a DHCP server answers.";
            throw new TimeoutException(
                string.Create(
                    CultureInfo.InvariantCulture, $"{_guest} did not get an address within {_options.Timeout.TotalSeconds:0.###} s. {why}"), _obstacle);
        }

        return left < _options.Interval ? left : _options.Interval;
    }
}
