using Larder.Memory;

namespace Larder.Tests.Memory;

public sealed class SlotListTests
{
    [Fact]
    public void A_list_behaves_like_a_linked_list()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var links = new SlotLinks();
            links.Resize(20);
            var list = default(SlotList);
            var model = new List<int>();
            for (int step = 0; step < 500; step++)
            {
                int slot = random.Next(1, 21);
                if (!model.Contains(slot))
                {
                    bool head = random.Next(3) != 0;
                    model.Insert(head ? model.Count : 0, slot);
                    if (head)
                        list.AddHead(links, slot);
                    else
                        list.AddTail(links, slot);
                }
                else if (random.Next(2) == 0)
                {
                    model.Remove(slot);
                    list.Remove(links, slot);
                }
                else
                {
                    model.Remove(slot);
                    model.Add(slot);
                    list.MoveToHead(links, slot);
                }

                var slots = new int[20];
                Assert.Equal(model, slots[..list.CopyTo(links, slots)]);
                Assert.Equal(model.Count, list.Count);
                Assert.Equal(model.LastOrDefault(), list.Head);
                Assert.Equal(model.FirstOrDefault(), list.Tail);
            }
        }
    }
}
