using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Consoles;

/// <summary>RFB 3.8 up to the first screen: version, VNC authentication, screen size. What the client asks for afterwards is read and ignored.</summary>
internal sealed class VncProtocol(PveState state, SimulatedConsole console, string? failure, string title, Action<SimulatedConsole> close) : IStreamProtocol
{
    private const int VersionLength = 12;
    private const int ChallengeLength = 16;
    private const byte VncAuthentication = 2;
    private const ushort Width = 1024;
    private const ushort Height = 768;

    private readonly List<byte> _pending = [];
    private readonly byte[] _challenge = new byte[ChallengeLength];
    private Step _step;

    private enum Step
    {
        Version,
        Security,
        Authentication,
        Initialisation,
        Running,
        Over,
    }

    public bool IsOver => _step == Step.Over;

    public byte[] Open(Action breaker)
    {
        console.Breaker = breaker;
        if (failure is null)
        {
            return "RFB 003.008\n"u8.ToArray();
        }

        (_step, console.Failure) = (Step.Over, failure);
        return [];
    }

    public byte[] Receive(ReadOnlySpan<byte> bytes)
    {
        lock (state.Gate)
        {
            _pending.AddRange(bytes);
            List<byte> answer = [];
            while (!IsOver && TakeStep() is { } part)
            {
                answer.AddRange(part);
            }

            return [.. answer];
        }
    }

    public void Close()
    {
        lock (state.Gate)
        {
            close(console);
        }
    }

    /// <summary>Handles the next message; null if it is not there yet.</summary>
    private byte[]? TakeStep() => _step switch
    {
        Step.Version when Take(VersionLength) is { } version => Greet(version),
        Step.Security when Take(1) is { } chosen => Challenge(chosen[0]),
        Step.Authentication when Take(ChallengeLength) is { } response => Authenticate(response),
        Step.Initialisation when Take(1) is not null => Initialise(),
        Step.Running when _pending.Count > 0 => Ignore(),
        _ => null,
    };

    private byte[]? Take(int length)
    {
        if (_pending.Count < length)
        {
            return null;
        }

        byte[] taken = [.. _pending.GetRange(0, length)];
        _pending.RemoveRange(0, length);
        return taken;
    }

    private byte[] Greet(byte[] version)
    {
        if (!version.AsSpan().StartsWith("RFB 003.00"u8))
        {
            _step = Step.Over;
            return [];
        }

        _step = Step.Security;
        return [1, VncAuthentication];
    }

    private byte[] Challenge(byte chosen)
    {
        if (chosen != VncAuthentication)
        {
            return Refuse("Invalid security type");
        }

        state.Random.NextBytes(_challenge);
        _step = Step.Authentication;
        return _challenge;
    }

    private byte[] Authenticate(byte[] response)
    {
        if (!response.AsSpan().SequenceEqual(Encrypt(_challenge, console.Password)))
        {
            return Refuse("Authentication failed");
        }

        _step = Step.Initialisation;
        return [0, 0, 0, 0];
    }

    private byte[] Refuse(string reason)
    {
        _step = Step.Over;
        byte[] text = Encoding.ASCII.GetBytes(reason);
        return [0, 0, 0, 1, 0, 0, 0, (byte)text.Length, .. text];
    }

    private byte[] Initialise()
    {
        _step = Step.Running;
        byte[] name = Encoding.UTF8.GetBytes(title);
        byte[] screen = new byte[24 + name.Length];
        BinaryPrimitives.WriteUInt16BigEndian(screen, Width);
        BinaryPrimitives.WriteUInt16BigEndian(screen.AsSpan(2), Height);

        // 32 bits a pixel, 24 of them colour, little-endian, true colour; eight bits each for red, green and blue.
        ReadOnlySpan<byte> pixels = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
        pixels.CopyTo(screen.AsSpan(4));
        BinaryPrimitives.WriteUInt32BigEndian(screen.AsSpan(20), (uint)name.Length);
        name.CopyTo(screen, 24);
        return screen;
    }

    private byte[] Ignore()
    {
        _pending.Clear();
        return [];
    }

    /// <summary>Answers a challenge as VNC does: DES with the password as key, the bits of each byte reversed.</summary>
    public static byte[] Encrypt(byte[] challenge, string password)
    {
        byte[] key = new byte[8];
        byte[] text = Encoding.Latin1.GetBytes(password);
        for (int i = 0; i < key.Length && i < text.Length; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                key[i] |= (byte)(((text[i] >> bit) & 1) << (7 - bit));
            }
        }

#pragma warning disable CA5351 // The VNC protocol prescribes DES.
        using DES des = DES.Create();
#pragma warning restore CA5351
        des.Key = key;
        return des.EncryptEcb(challenge, PaddingMode.None);
    }
}
