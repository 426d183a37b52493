using System.Globalization;
using System.Text;
using ProxSharp.Json;
using ProxSharp.Pve.Api;

namespace ProxSharp.Api.Tests;

/// <summary>The items of the one list that gets very long are stored in little space.</summary>
public sealed class ClusterResourcesTests
{
    private const int Guests = 20_000;
    private const long Limit = 6 * 1024 * 1024;

    [Fact]
    [Trait("Acceptance", "20")]
    public void List_TwentyThousandGuests_AllocatesAtMostSixMebibytes()
    {
        byte[] json = Encoding.UTF8.GetBytes(Reply(Guests));
        _ = Read(Encoding.UTF8.GetBytes(Reply(10)));

        long before = GC.GetAllocatedBytesForCurrentThread();
        IReadOnlyList<ClusterResourcesItem> items = Read(json);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Guests, items.Count);
        Assert.InRange(json.Length, Guests * 280, Guests * 340);
        Assert.True(allocated <= Limit, $"{allocated:N0} bytes for {json.Length:N0} bytes of JSON.");
        ClusterResourcesItem last = items[^1];
        Assert.Equal("qemu/20099", last.Id);
        Assert.Equal(20_099, last.VmId);
        Assert.Equal("web-server-20099", last.Name);
        Assert.Equal(ResourceType.Qemu, last.Type);
        Assert.Equal(0.0134, last.Cpu);
        Assert.False(last.Template);
        Assert.Null(last.Shared);
        Assert.Null(last.Storage);
    }

    [Theory]
    [InlineData("""{"id":"qemu/100","type":"qemu","vmid":100}""", "qemu/100")]
    [InlineData("""{"type":"qemu","vmid":"100","id":"qemu/100"}""", "qemu/100")]
    [InlineData("""{"id":"qemu/101","type":"qemu","vmid":100}""", "qemu/101")]
    [InlineData("""{"id":"qemu/0100","type":"qemu","vmid":100}""", "qemu/0100")]
    [InlineData("""{"id":"node/7","type":"node"}""", "node/7")]
    [InlineData("""{"id":"storage/pve1/local","type":"storage"}""", "storage/pve1/local")]
    [InlineData("""{"id":"/pool/prod","type":"pool"}""", "/pool/prod")]
    [InlineData("""{"id":"a\u002f1","type":"a","vmid":1}""", "a/1")]
    [InlineData("{}", "")]
    public void Id_WhateverItsForm_IsThatOfTheReply(string json, string expected) =>
        Assert.Equal(expected, Read(Encoding.UTF8.GetBytes($"[{json}]"))[0].Id);

    [Fact]
    public void Item_MadeByHand_KeepsItsValues()
    {
        ClusterResourcesItem item = new() { Type = ResourceType.Lxc, VmId = 7, MaxMem = 0, Shared = false, Template = true, Lock = "backup", HostArch = null };

        Assert.Equal("lxc/7", item.Id);
        Assert.Equal(0, item.MaxMem);
        Assert.Null(item.Mem);
        Assert.False(item.Shared);
        Assert.True(item.Template);
        Assert.Equal("backup", item.Lock);
        Assert.Null(item.HostArch);
        Assert.Empty(item.Extra);
    }

    private static IReadOnlyList<ClusterResourcesItem> Read(byte[] json)
    {
        ApiJsonReader reader = new(json);
        return ApiReaders.Objects<ClusterResourcesItem>(ref reader);
    }

    private static string Reply(int guests)
    {
        StringBuilder text = new("[");
        for (int i = 0; i < guests; i++)
        {
            int id = 100 + i;
            text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $$"""
                {"cpu":0.0134,"disk":0,"diskread":{{id}}40123,"diskwrite":{{id}}123,"id":"qemu/{{id}}","maxcpu":4,"maxdisk":34359738368,"maxmem":8589934592,"mem":4123456789,"name":"web-server-{{id:00000}}","netin":{{id}}77,"netout":{{id}}99,"node":"pve{{i % 16}}","pool":"prod","status":"running","tags":"web;prod","template":0,"type":"qemu","uptime":{{id}}1,"vmid":{{id}}}
                """);
        }

        return text.Append(']').ToString();
    }
}
