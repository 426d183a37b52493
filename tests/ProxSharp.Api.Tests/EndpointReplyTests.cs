using System.Text.Json.Nodes;
using ProxSharp.Schema;

namespace ProxSharp.Api.Tests;

public sealed class EndpointReplyTests
{
    [Theory]
    [MemberData(nameof(GeneratedApi.Endpoints), MemberType = typeof(GeneratedApi))]
    public async Task Endpoint_MinimalReply_IsRead(string product, string name)
    {
        (ApiEndpoint endpoint, GeneratedMethod method) = GeneratedApi.Find(product, name);

        foreach (object? data in await ReadAsync(method, SampleReply.Minimal(Returns(endpoint))))
        {
            if (data is System.Collections.ICollection list)
            {
                Assert.Empty(list);
            }
            else if (data is not null && data.GetType().GetProperty("Extra") is not null)
            {
                ResultAssert.HasNoNullCollections(data);
            }
        }
    }

    [Theory]
    [MemberData(nameof(GeneratedApi.Endpoints), MemberType = typeof(GeneratedApi))]
    public async Task Endpoint_NullReply_NeverGivesANullList(string product, string name)
    {
        (ApiEndpoint endpoint, GeneratedMethod method) = GeneratedApi.Find(product, name);

        foreach (object? data in await ReadAsync(method, "null"))
        {
            Assert.True(data is not null || Returns(endpoint).Type is not (ApiValueType.Array or ApiValueType.Object) || Returns(endpoint).IsOptional);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Endpoints_FullReply_SetsEveryMember(bool asText)
    {
        foreach ((ApiEndpoint endpoint, GeneratedMethod method) in Readable())
        {
            ApiNode returns = Returns(endpoint);
            JsonNode? reply = SampleReply.Full(returns, asText);
            foreach (object? data in await ReadAsync(method, reply?.ToJsonString() ?? "null"))
            {
                ResultAssert.Matches(returns, reply, data, endpoint.ToString());
            }
        }
    }

    [Fact]
    public async Task Endpoints_UnknownMember_IsKeptInExtra()
    {
        foreach ((ApiEndpoint endpoint, GeneratedMethod method) in Readable().Where(static pair => Returns(pair.Endpoint) is { Type: ApiValueType.Object, Properties.Count: > 0 }))
        {
            ApiNode returns = Returns(endpoint);
            JsonObject reply = SampleReply.Full(returns, asText: false)!.AsObject();
            reply[SampleReply.UnknownMember] = new JsonArray(1, "two");
            foreach (object? data in await ReadAsync(method, reply.ToJsonString()))
            {
                ResultAssert.Matches(returns, reply, data, endpoint.ToString());
            }
        }
    }

    private static IEnumerable<(ApiEndpoint Endpoint, GeneratedMethod Method)> Readable() =>
        GeneratedApi.Endpoints()
            .Select(static row => GeneratedApi.Find(row.Data.Item1, row.Data.Item2))
            .Where(static pair => pair.Method.Data is not null && pair.Endpoint.Returns.Type != ApiValueType.Null);

    private static ApiNode Returns(ApiEndpoint endpoint) => endpoint.Returns;

    private static async Task<List<object?>> ReadAsync(GeneratedMethod method, string reply)
    {
        RecordingConnection connection = new(reply);
        (object? sync, object? async) = await method.CallAsync(connection, method.Request is { } request ? Samples.Request(request, onlyRequired: true) : null);
        return method.Data is null ? [] : [Data(sync), Data(async)];
    }

    private static object? Data(object? response) => response!.GetType().GetProperty("Data")!.GetValue(response);
}
