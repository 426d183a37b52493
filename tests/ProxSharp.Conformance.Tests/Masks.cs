using System.Text.RegularExpressions;

namespace ProxSharp.Conformance.Tests;

/// <summary>Replaces what differs between any two servers or any two runs of the same one.</summary>
internal static partial class Masks
{
    public static string Apply(string text)
    {
        text = BackupUpidPattern().Replace(text, "UPID:*:*:");
        text = VerifiedPattern().Replace(text, "verified *");
        text = ProcessedPattern().Replace(text, "processed *");
        text = UpidPattern().Replace(text, "UPID:*:$1");
        text = TicketPattern().Replace(text, "$1:*::*");
        text = UuidPattern().Replace(text, "*uuid*");
        text = MacPattern().Replace(text, "*mac*");
        text = PerlPattern().Replace(text, "$1 line *");
        text = VncPasswordPattern().Replace(text, "*:PVEVNC");
        text = HexPattern().Replace(text, "*hex*");
        text = StampPattern().Replace(text, "*time*");
        text = EpochPattern().Replace(text, "*epoch*");
        text = ExtractPattern().Replace(text, "Total bytes read: *");
        text = AddressPattern().Replace(text, "*address*");
        text = UploadPattern().Replace(text, "pveupload-*");
        text = QemuPattern().Replace(text, "creation-qemu=*,");
        return PortPattern().Replace(text, "port '*'");
    }

    [GeneratedRegex("UPID:[^:]+:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:([^:]*:[^:]*:[^:]+:)")]
    private static partial Regex UpidPattern();

    [GeneratedRegex("UPID:[^:]+:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:")]
    private static partial Regex BackupUpidPattern();

    [GeneratedRegex("verified [0-9./]+ MiB in [0-9.]+ seconds, speed [0-9./]+ MiB/s")]
    private static partial Regex VerifiedPattern();

    [GeneratedRegex("processed [0-9]+% \\([0-9]+ chunks\\)")]
    private static partial Regex ProcessedPattern();

    [GeneratedRegex("(PVE:[^:]+|PBS:[^:!]+|PBS:!tfa![^:]+|PVEVNC):[0-9A-F]{8}::[A-Za-z0-9+/=]+")]
    private static partial Regex TicketPattern();

    [GeneratedRegex("^.{8}:PVEVNC")]
    private static partial Regex VncPasswordPattern();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex UuidPattern();

    [GeneratedRegex("[0-9A-F]{2}(:[0-9A-F]{2}){5}")]
    private static partial Regex MacPattern();

    [GeneratedRegex("(/usr/share/perl5/[A-Za-z0-9/]+\\.pm) line [0-9]+")]
    private static partial Regex PerlPattern();

    [GeneratedRegex("\\b[0-9a-f]{64}\\b|\\b[0-9a-f]{40}\\b")]
    private static partial Regex HexPattern();

    [GeneratedRegex("[0-9]{4}[-_][0-9]{2}[-_][0-9]{2}[-T_ ][0-9]{2}[-_:][0-9]{2}[-_:][0-9]{2}(\\.[0-9]+ [+][0-9]{4})?")]
    private static partial Regex StampPattern();

    [GeneratedRegex("\\b1[78][0-9]{8}\\b")]
    private static partial Regex EpochPattern();

    [GeneratedRegex("pveupload-[0-9a-z]+")]
    private static partial Regex UploadPattern();

    [GeneratedRegex("Total bytes read: [0-9]+ .*")]
    private static partial Regex ExtractPattern();

    // The server's own address and network.
    [GeneratedRegex("192\\.0\\.2\\.[0-9]+")]
    private static partial Regex AddressPattern();

    [GeneratedRegex("creation-qemu=[0-9.]+,")]
    private static partial Regex QemuPattern();

    [GeneratedRegex("port '[0-9]+'")]
    private static partial Regex PortPattern();
}
