using System.Text.Json.Serialization;

namespace ProxSharp.Bench;

/// <summary>What a user of System.Text.Json would write for the members of a guest: the baseline.</summary>
internal sealed class PocoResource
{
    public double Cpu { get; set; }

    public long Mem { get; set; }

    public long Memhost { get; set; }

    public long Netin { get; set; }

    public int Template { get; set; }

    public long Uptime { get; set; }

    public double Maxcpu { get; set; }

    public string? Name { get; set; }

    public long Netout { get; set; }

    public long Diskread { get; set; }

    public string? Type { get; set; }

    public string? Id { get; set; }

    public string? Tags { get; set; }

    public int Vmid { get; set; }

    public long Maxmem { get; set; }

    public long Diskwrite { get; set; }

    public string? Pool { get; set; }

    public long Maxdisk { get; set; }

    public string? Node { get; set; }

    public string? Status { get; set; }

    public long Disk { get; set; }
}

/// <summary>The envelope around <see cref="PocoResource"/>.</summary>
internal sealed class PocoEnvelope
{
    public List<PocoResource>? Data { get; set; }
}

/// <summary>The source-generated serializer of the baseline.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PocoEnvelope))]
internal sealed partial class PocoContext : JsonSerializerContext;
